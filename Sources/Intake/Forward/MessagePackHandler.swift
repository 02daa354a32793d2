internal import JSONRPC
internal import NIOCore

/// Cuts the bytes of a connection where whole MessagePack values end.
///
/// Passes on all values that were complete after a read, together. Closes the connection when a value is larger than
/// the limit, or not MessagePack.
final class MessagePackHandler: ChannelInboundHandler, MessageReader {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = [UInt8]

    private let limit: Int
    private let reportInvalid: (MessagePackError) -> Void
    /// Complete values, then the beginning of one that is not.
    private var held: [UInt8] = []
    private var complete = 0
    private var scanner: MessagePackScanner
    private var isEnded = false
    private var isAwaited: Bool

    /// Reads from the start of a connection.
    ///
    /// - Parameters:
    ///   - limit: How many bytes a value may have.
    ///   - mustBegin: Whether the peer has to begin at once, as with a handshake; a stalled one is disconnected.
    ///   - reportInvalid: Called when the connection is given up.
    init(limit: Int, mustBegin: Bool, reportInvalid: @escaping (MessagePackError) -> Void) {
        self.limit = limit
        self.scanner = MessagePackScanner(limit: limit)
        self.isAwaited = mustBegin
        self.reportInvalid = reportInvalid
    }

    var isInsideMessage: Bool { self.isAwaited || self.held.count > self.complete }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isEnded else { return }
        let bytes = Self.unwrapInboundIn(data)
        self.held.append(copying: bytes.readableBytesUInt8Span)
        do throws(MessagePackError) {
            try self.scan()
        } catch {
            self.reportInvalid(error)
            self.end(context)
            context.close(promise: nil)
        }
    }

    /// Looks for the ends of values in what was added.
    private func scan() throws(MessagePackError) {
        let held = self.held
        while self.complete < held.count {
            guard let length = try self.scanner.length(in: held.span.extracting(self.complete..<held.count)) else {
                return
            }
            self.complete += length
            self.scanner = MessagePackScanner(limit: self.limit)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.passOn(context)
        context.fireChannelReadComplete()
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

    /// Takes no more; an incomplete value is dropped, because its sender was told nothing of it and keeps it.
    private func end(_ context: ChannelHandlerContext) {
        self.passOn(context)
        self.isEnded = true
        self.held = []
    }

    private func passOn(_ context: ChannelHandlerContext) {
        guard self.complete > 0, !self.isEnded else { return }
        self.isAwaited = false
        let rest = Array(self.held[self.complete...])
        self.held.removeSubrange(self.complete...)
        let values = self.held
        self.held = rest
        self.complete = 0
        context.fireChannelRead(Self.wrapInboundOut(values))
    }
}
