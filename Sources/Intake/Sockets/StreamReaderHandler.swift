internal import NIOCore

/// Reads one connection by a ``StreamReader``, and passes on what each reading of the socket yields.
final class StreamReaderHandler<Reader: StreamReader>: ChannelInboundHandler, MessageWatch {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Reader.Output

    private var reader: Reader
    private let reportInvalid: (Reader.Failure) -> Void
    private var isEnded = false

    /// - Parameters:
    ///   - reader: Stands at the start of a connection.
    ///   - reportInvalid: Called when the reader gives up, and the connection with it.
    init(_ reader: Reader, reportInvalid: @escaping (Reader.Failure) -> Void) {
        self.reader = reader
        self.reportInvalid = reportInvalid
    }

    var isInsideMessage: Bool { !self.isEnded && self.reader.isInsideMessage }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isEnded else { return }
        let bytes = Self.unwrapInboundIn(data)
        do throws(Reader.Failure) {
            try self.reader.consume(bytes.readableBytesUInt8Span)
        } catch {
            self.reportInvalid(error)
            self.end(context)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !self.isEnded { self.passOn(context) }
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

    /// Takes no more.
    private func end(_ context: ChannelHandlerContext) {
        guard !self.isEnded else { return }
        self.isEnded = true
        self.reader.finish()
        self.passOn(context)
    }

    private func passOn(_ context: ChannelHandlerContext) {
        guard let output = self.reader.take() else { return }
        context.fireChannelRead(Self.wrapInboundOut(output))
    }
}
