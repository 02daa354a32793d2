public import Daemon
public import HummingbirdCore
public import NIOCore
public import Serving

extension HTTP1Channel {
    /// A server at which nobody signs in: each step of a request has its deadline, and a connection without one gives way.
    ///
    /// - Parameters:
    ///   - responder: Answers requests.
    ///   - limits: What strangers may do.
    ///   - connections: What the connection is one of.
    ///   - decoder: How large the head of a request may be.
    /// - Returns: What serves one connection.
    public static func forStrangers(
        _ responder: @escaping HTTPChannelHandler.Responder,
        limits: PeerLimits,
        connections: Connections,
        decoder: Configuration.DecoderConfiguration = .init()
    ) -> Self {
        let deadlines = PeerDeadlines.Limits(patience: .seconds(Int64(limits.patience)))
        return Self(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [PeerDeadlines(deadlines), RequestWatch(connections)],
                idleTimeout: .seconds(60),
                httpDecoderConfiguration: decoder
            )
        )
    }
}
