internal import Intake
internal import Spool

/// Where a source delivers that loses nothing by waiting, such as a file.
///
/// It waits a little before each batch while delivery is behind. Its lines are as safe where they are, need not be written to
/// the spool only to be read from it again, and do not come before those of others; but nothing can stop it.
struct PatientSink: RecordSink {
    /// The longest wait for one batch.
    static let patience = Duration.milliseconds(50)
    /// How often it looks.
    private static let pause = Duration.milliseconds(4)

    let sink: RecorderSink
    let spool: Spool

    func accept(_ batch: RecordBatch) async throws {
        if self.spool.isBehind { await self.waitForDelivery() }
        try await self.sink.accept(batch)
    }

    private func waitForDelivery() async {
        let due = ContinuousClock.now + Self.patience
        while self.spool.isBehind, .now < due, !Task.isCancelled { try? await Task.sleep(for: Self.pause) }
    }
}
