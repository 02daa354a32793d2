/// A batch that is on its way to the sink.
struct FileDelivery: Sendable {
    /// The file that it was read from.
    var file: FileIdentity
    var batch: RecordBatch
    /// What has to be on the disk before the batch counts as accepted; `nil` if it is there.
    var flush: FileFlush?
}
