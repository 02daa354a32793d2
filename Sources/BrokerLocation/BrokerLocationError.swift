/// Why a text does not say where a broker is.
public struct BrokerLocationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what to write instead, in one line; never a password.
    public let reason: String

    init(_ reason: String) { self.reason = reason }

    /// The same as ``reason``.
    public var description: String { self.reason }
}
