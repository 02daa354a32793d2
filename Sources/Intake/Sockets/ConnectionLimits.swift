public import Daemon

/// How much a stream source lets its peers take.
public struct ConnectionLimits: Hashable, Sendable {
    /// Open connections at a time, 1024 by default; for one more, one that has said nothing yet is closed, or it is closed itself.
    ///
    /// The same happens when descriptors run out, whichever comes first. Either is counted.
    public var connections = 1024

    /// What peers may do before they have said something, have finished the TLS handshake, or have signed in.
    ///
    /// A handshake and a sign-in have ``Daemon/PeerLimits/patience`` as their deadline, each.
    public var peers = PeerLimits()

    /// Seconds that a peer may say nothing after it has connected, 300 by default; then it is disconnected.
    public var firstByteSeconds: Int64 = 300

    /// Seconds that a peer may pause in the middle of a message before it is disconnected, 60 by default.
    ///
    /// Between messages it may be silent for ever: with syslog over TCP the end of an idle connection costs the sender
    /// the first message it writes afterwards, so only keep-alive probes find peers that are gone.
    public var stallSeconds: Int64 = 60

    /// The defaults.
    public init() {}
}
