/// Where a source of records stands, stored in one transaction with the events made from the records before it.
public struct Position: Hashable, Sendable {
    /// Which position this is; unique in the spool.
    public var source: String

    /// The source's own encoding; an empty value removes the position.
    public var value: [UInt8]

    /// Makes a position.
    public init(source: String, value: [UInt8]) {
        self.source = source
        self.value = value
    }
}
