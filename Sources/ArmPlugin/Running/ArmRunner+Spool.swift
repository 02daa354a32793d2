internal import JSONRPC
internal import Logging
internal import Spool

extension ArmRunner {
    /// Fills the outbox from the spool, until the task is cancelled or the spool is closed.
    func fillOutbox() async {
        var room = self.room.stream.makeAsyncIterator()
        while !Task.isCancelled {
            do {
                while self.batchesWanted == 0 {
                    guard await room.next() != nil else { return }
                }
                let batches = try await self.spool.batches(
                    after: self.outbox.cursor,
                    limit: self.batchesWanted,
                    bytes: self.outbox.roomBytes
                )
                self.setProblem("spool-read", nil)
                guard !batches.isEmpty else {
                    try await self.spool.waitForBatch(after: self.outbox.cursor)
                    continue
                }
                self.outbox.add(batches)
                self.sender?.send()
            } catch {
                if Task.isCancelled || (error as? SpoolError)?.code == .closed { return }
                self.setProblem("spool-read", "\(error)")
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }

    /// How many batches the outbox should take from the spool.
    ///
    /// While nobody takes events, the oldest is enough: it says from where on they are not confirmed, and a full window would
    /// keep memory for as long as the broker is away.
    private var batchesWanted: Int {
        if self.session.isEstablished { return self.outbox.room }
        return self.outbox.isEmpty ? 1 : 0
    }

    /// Takes what is done with out of the spool; what cannot be set aside now is tried again with the next answer.
    func settle() async {
        self.setRefusedAside()
        let sequences = self.takeDelivered()
        guard !sequences.isEmpty else { return }
        do {
            try await self.spool.remove(firstSequences: sequences)
        } catch {
            self.logger.error("confirmed events cannot be removed from the spool", metadata: ["error": "\(error)"])
        }
    }

    private func setRefusedAside() {
        while let (batch, error, batches) = self.refused.first {
            let reason = "the server refuses \(batch.count) events from \(batch.firstSequence): \(error)"
            do {
                let path = try SetAside(directory: self.configuration.setAsideDirectory).keep(batch, because: error)
                self.logger.error("events set aside", metadata: ["reason": "\(reason)", "file": "\(path)"])
                self.counters.refusedEvents += Int64(batch.count)
                self.health.fail("\(reason); they are in \(path)", at: .now)
                self.setProblem("set-aside", nil)
            } catch {
                return self.setProblem("set-aside", "\(reason); they wait in the spool to be set aside: \(error)")
            }
            self.refused.removeFirst()
            self.delivered += batches
        }
    }

    private func takeDelivered() -> [Int64] {
        defer { self.delivered = [] }
        return self.delivered
    }

    /// The oldest event that is not confirmed, as far as it is known.
    var firstUnconfirmed: Int64? {
        self.outbox.firstSequence ?? (self.spool.status.batches == 0 ? self.spool.nextSequence : nil)
    }
}
