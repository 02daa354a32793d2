/// Where sources deliver their records.
public protocol RecordSink: Sendable {
    /// Takes a batch and returns when it, and its position, will survive the end of the process and of the machine.
    ///
    /// The return is the acknowledgement that a source may pass on to its own sender, and the waiting is the
    /// back-pressure: a source hands over one batch of an ordered stream at a time. Batches of different streams
    /// come concurrently. An error means that the batch was not taken and the source has to stop.
    func accept(_ batch: RecordBatch) async throws
}
