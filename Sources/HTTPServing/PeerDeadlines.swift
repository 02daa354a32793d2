public import NIOCore
public import NIOHTTPTypes
internal import NIOTLS

/// Closes a connection whose peer takes too long to say what it wants.
///
/// The whole of each step has a deadline, and not the pause between two bytes: a peer that sends one line of a header every second
/// is never silent, and never done. While the answer is made and sent there is none; then the server's limit for idle
/// connections begins, which also ends a second request that never becomes whole.
public final class PeerDeadlines: ChannelInboundHandler, RemovableChannelHandler {
    /// What it looks at.
    public typealias InboundIn = HTTPRequestPart
    /// What it passes on.
    public typealias InboundOut = HTTPRequestPart

    /// How long each step may take.
    public struct Limits: Sendable {
        /// The TLS handshake, and then the line and the header fields of the first request, each.
        public var patience: TimeAmount
        /// The body of a request: at most 256 KiB, so that a slow line is enough.
        var body: TimeAmount { self.patience * 6 }

        /// Names the patience.
        public init(patience: TimeAmount) { self.patience = patience }
    }

    private let limits: Limits
    private var deadline: Scheduled<Void>?

    /// Watches one connection, which has not begun.
    public init(_ limits: Limits) { self.limits = limits }

    /// Begins with the first step.
    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { self.expect(within: self.limits.patience, context) }
    }

    /// Ends.
    public func handlerRemoved(context: ChannelHandlerContext) { self.deadline?.cancel() }

    /// Begins with the first step.
    public func channelActive(context: ChannelHandlerContext) {
        self.expect(within: self.limits.patience, context)
        context.fireChannelActive()
    }

    /// Ends.
    public func channelInactive(context: ChannelHandlerContext) {
        self.deadline?.cancel()
        context.fireChannelInactive()
    }

    /// Goes from the handshake to the request.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
            self.expect(within: self.limits.patience, context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Goes from the head of a request to its body, and to its end.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head: self.expect(within: self.limits.body, context)
        case .body: break
        case .end: self.deadline?.cancel()
        }
        context.fireChannelRead(data)
    }

    private func expect(within time: TimeAmount, _ context: ChannelHandlerContext) {
        self.deadline?.cancel()
        let channel = context.channel
        self.deadline = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
