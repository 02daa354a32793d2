internal import JSONRPC

/// Records of Forward messages, and what to tell the sender once they are durable.
struct ForwardBatch {
    /// The records.
    var batch = RecordBatch()
    /// Acknowledgements, encoded one after the other; none before the sink has the last record of its message.
    var replies: [UInt8] = []
    /// Messages that end in this batch.
    var messages = 0
    /// Records that could not be read; a rest of a message counts as many as its sender announced, and one if it did not.
    var unreadable = 0

    private static let mostRecords = 1000
    private static let mostBytes = 1 << 20

    /// Whether it is large enough to be handed over.
    var isFull: Bool {
        self.batch.records.count + self.unreadable >= Self.mostRecords || self.batch.storage.count >= Self.mostBytes
    }

    /// Adds the acknowledgement `{"ack": chunk}`, the chunk byte for byte as it came.
    mutating func acknowledge(_ chunk: ArraySlice<UInt8>) {
        self.replies.append(0x81)
        self.replies.append(0xA3)
        self.replies.append("ack")
        self.replies.append(contentsOf: chunk)
    }
}
