/// How large and how deep a JSON text may be before it is refused.
///
/// A reader needs no memory beyond the text itself; the limits bound the time and the stack that bytes from a stranger
/// can cost.
public struct JSONLimits: Hashable, Sendable {
    /// The longest text, in bytes (default 64 MiB: a thousand events at their limits fit in it).
    public var bytes: Int
    /// The deepest nesting of objects and arrays (default 64; HAPI needs 5).
    public var depth: Int
    /// The most object members and array elements in one text (default 4,000,000).
    public var members: Int

    /// Sets limits; each has a default that suits HAPI.
    public init(bytes: Int = 64 << 20, depth: Int = 64, members: Int = 4_000_000) {
        self.bytes = bytes
        self.depth = depth
        self.members = members
    }

    /// The default limits.
    public static let standard = JSONLimits()
}
