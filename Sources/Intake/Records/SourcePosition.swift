/// Where a source stands: what it needs to go on after a restart without losing or repeating a record.
///
/// The sink stores it together with the records before it and hands all stored ones back to the source's initialiser.
/// One source may have many, one per file for example; `key` tells them apart and says whose they are.
public struct SourcePosition: Hashable, Sendable {
    /// Unique in the agent and stable over restarts, for example `file:fd00:1a2b`.
    public var key: String

    /// The source's own encoding; empty means that the position is over and can be forgotten.
    public var value: [UInt8]

    /// Makes a position.
    public init(key: String, value: [UInt8]) {
        self.key = key
        self.value = value
    }
}
