internal import NIOCore

/// Turns the bytes of one syslog connection into batches, one for each time the socket was read.
final class SyslogStreamHandler: ChannelInboundHandler, MessageReader {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = RecordBatch

    private let peer: SyslogJSON.Peer
    private var framing: SyslogFraming
    private var builder: SyslogBatchBuilder
    private var isEnded = false
    private let reportInvalid: () -> Void

    /// Reads from the start of a connection.
    ///
    /// - Parameters:
    ///   - peer: The name that stands for a host that a message does not give.
    ///   - configuration: The longest message, and the zone of times that name none.
    ///   - reportInvalid: Called when the framing is wrong and the connection is given up.
    init(peer: String, configuration: SyslogSource.Configuration, reportInvalid: @escaping () -> Void) {
        self.peer = SyslogJSON.Peer(peer)
        self.framing = SyslogFraming(limit: configuration.longestMessage)
        self.builder = SyslogBatchBuilder(zone: configuration.zone)
        self.reportInvalid = reportInvalid
    }

    var isInsideMessage: Bool { self.framing.isInsideMessage }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isEnded else { return }
        let bytes = Self.unwrapInboundIn(data)
        do throws(SyslogFraming.Failure) {
            try self.framing.consume(bytes.readableBytesUInt8Span) { message, isCut in
                self.builder.append(message, from: self.peer, isCut: isCut)
            }
        } catch {
            self.reportInvalid()
            self.end(context)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.passOn(context)
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end(context)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is StopReading, ChannelEvent.inputClosed:
            self.end(context)
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What was read before the connection broke must be ahead of the error, which ends the sequence.
        self.end(context)
        context.fireErrorCaught(error)
    }

    /// Takes no more; a message that broke off goes on its way as far as it came.
    private func end(_ context: ChannelHandlerContext) {
        guard !self.isEnded else { return }
        self.isEnded = true
        self.framing.finish { message, isCut in
            self.builder.append(message, from: self.peer, isCut: isCut)
        }
        self.passOn(context)
    }

    private func passOn(_ context: ChannelHandlerContext) {
        guard self.builder.count > 0 else { return }
        context.fireChannelRead(Self.wrapInboundOut(self.builder.take()))
    }
}
