/// Records that a source hands over together, with the bytes they point into.
///
/// The storage may hold bytes that belong to no record (line endings, headers). A batch without records but with a
/// position is legal: it only moves the position.
public struct RecordBatch: Sendable {
    /// The bytes of all records.
    public var storage: [UInt8]

    /// The records in the order of the source.
    public var records: [Record]

    /// Where the source stands after this batch, or `nil` if it cannot go back anyway (a pipe, a datagram).
    public var position: SourcePosition?

    /// The machine that sent the records: the host of those that name none.
    ///
    /// `nil` if the source does not know it.
    public var sender: String?

    /// Makes a batch.
    public init(
        storage: [UInt8] = [],
        records: [Record] = [],
        position: SourcePosition? = nil,
        sender: String? = nil
    ) {
        self.storage = storage
        self.records = records
        self.position = position
        self.sender = sender
    }

    /// The bytes of a record; a slice of the storage, not a copy.
    public func bytes(of record: Record) -> ArraySlice<UInt8> {
        self.storage[record.range]
    }
}
