/// Records of Forward messages, and what to tell the sender once they are durable.
struct ForwardBatch {
    /// The records.
    var batch = RecordBatch()
    /// Acknowledgements, encoded one after the other; none before the sink has the last record of its message.
    var replies: [UInt8] = []
    /// Messages that end in this batch.
    var messages = 0
    /// Records, and rests of messages, that could not be read.
    var unreadable = 0

    private static let mostRecords = 1000
    private static let mostBytes = 1 << 20

    /// Whether it is large enough to be handed over.
    var isFull: Bool {
        self.batch.records.count >= Self.mostRecords || self.batch.storage.count >= Self.mostBytes
    }
}
