/// A batch of events on its way: encoded once, kept until the server has confirmed it.
public struct SpooledBatch: Hashable, Sendable {
    /// The sequence number of its first event; also the name of the batch.
    public var firstSequence: Int64

    /// How many events it holds; they are numbered on from `firstSequence`.
    public var count: Int

    /// The encoded parameters of the request, sent as they are.
    public var payload: [UInt8]

    /// Makes a batch.
    public init(firstSequence: Int64, count: Int, payload: [UInt8]) {
        self.firstSequence = firstSequence
        self.count = count
        self.payload = payload
    }

    /// What a batch counts against the limit: its payload and what its row needs besides.
    var footprint: Int64 { Int64(self.payload.count) + 64 }
}
