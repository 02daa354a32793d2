public import NIOCore
public import NIOHTTPTypes
internal import NIOTLS
public import Serving

/// Tells ``Serving/Connections`` how far a peer has come, for a server at which nobody signs in.
///
/// A connection is a newcomer up to the end of its TLS handshake or, without TLS, up to its first request. It gives way to others
/// whenever no request is under way: a peer that only keeps a connection open has no claim to it.
public final class RequestWatch: ChannelDuplexHandler, RemovableChannelHandler {
    /// What it looks at.
    public typealias InboundIn = HTTPRequestPart
    /// What it passes on.
    public typealias InboundOut = HTTPRequestPart
    /// What it looks at on the way back.
    public typealias OutboundIn = HTTPResponsePart
    /// What it passes on, on the way back.
    public typealias OutboundOut = HTTPResponsePart

    private let connections: Connections

    /// Watches one connection, which is one of these.
    public init(_ connections: Connections) { self.connections = connections }

    /// Notes the end of the handshake.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
            self.connections.handshakeFinished(on: context.channel)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Notes that a whole request is there.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = self.unwrapInboundIn(data) { self.connections.settle(context.channel) }
        context.fireChannelRead(data)
    }

    /// Notes that a request is answered.
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = self.unwrapOutboundIn(data) { self.connections.rest(context.channel) }
        context.write(data, promise: promise)
    }
}
