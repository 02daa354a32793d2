/// Follows files on a reader thread, and hands over what they hold; see ``FileTail`` for what it promises.
///
/// This is the thread and the way to the sink: it sleeps until something changes, and has up to ``maximumDeliveries`` batches with the
/// sink at the same time, of each file one. What is done with the files is in ``FileReader``.
actor FileFollower {
    /// With the batches that are read ahead this bounds the memory.
    private static let maximumDeliveries = 16

    private let reader: FileReader
    private let lease = ReaderThread.Lease()
    private var deliveries = 0
    private var isStoringPosition = false
    private var failure: (any Error)?

    init(_ context: FollowingContext) { self.reader = FileReader(context) }

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.lease.thread.asUnownedSerialExecutor() }

    /// Follows until the task is cancelled or the sink refuses; then waits for what is with the sink.
    func follow(into sink: any RecordSink) async throws {
        try await withTaskCancellationHandler {
            try await self.run(into: sink)
        } onCancel: {
            self.lease.thread.wake()
        }
    }

    private func run(into sink: any RecordSink) async throws {
        self.reader.look()
        while let position = self.reader.takePosition() {
            try await Self.accept(RecordBatch(position: position), by: sink)
        }
        while !Task.isCancelled, self.failure == nil {
            self.reader.flushHeldLines()
            self.deliver(to: sink)
            if self.lease.thread.wait(forReadable: self.reader.changeDescriptor, milliseconds: self.timeToSleep) {
                self.reader.noteChanges()
            }
            self.reader.lookIfDue()
            await Task.yield()  // deliveries that ended are noted now
        }
        while self.deliveries > 0 {
            _ = self.lease.thread.wait(forReadable: -1, milliseconds: -1)
            await Task.yield()
        }
        if let failure = self.failure { throw failure }
    }

    private var mayDeliver: Bool { self.deliveries < Self.maximumDeliveries && !self.isStoringPosition }

    private var timeToSleep: CInt {
        if self.mayDeliver, self.reader.hasWork { return 0 }
        return CInt(clamping: max(0, Int64((self.reader.due - .now) / .milliseconds(1)) + 1))
    }

    // MARK: Delivery

    /// Sends what there is; positions come first, and nothing is sent while one is stored.
    private func deliver(to sink: any RecordSink) {
        while self.mayDeliver, let delivery = self.reader.nextDelivery() {
            self.send(delivery, to: sink)
            self.reader.readAhead(delivery.file)
        }
        guard !self.isStoringPosition, let position = self.reader.takePosition() else { return }
        self.store(position, in: sink)
    }

    private func send(_ delivery: FileDelivery, to sink: any RecordSink) {
        self.deliveries += 1
        Task.detached {
            do {
                await delivery.flush?.run()
                try await sink.accept(delivery.batch)
                await self.delivered(delivery.file, error: nil)
            } catch {
                await self.delivered(delivery.file, error: error)
            }
        }
    }

    private func delivered(_ identity: FileIdentity, error: (any Error)?) {
        self.deliveries -= 1
        self.failure = self.failure ?? error
        if error == nil { self.reader.accepted(identity) }
    }

    /// One after the other, so that of two positions of one file the later one stays.
    private func store(_ position: SourcePosition, in sink: any RecordSink) {
        self.isStoringPosition = true
        self.deliveries += 1
        Task.detached {
            do {
                try await sink.accept(RecordBatch(position: position))
                await self.stored(error: nil)
            } catch {
                await self.stored(error: error)
            }
        }
    }

    private func stored(error: (any Error)?) {
        self.deliveries -= 1
        self.isStoringPosition = false
        self.failure = self.failure ?? error
    }

    /// Runs the sink's part elsewhere than on the reader thread.
    @concurrent
    private static func accept(_ batch: RecordBatch, by sink: any RecordSink) async throws {
        try await sink.accept(batch)
    }
}
