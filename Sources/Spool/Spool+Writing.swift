internal import GRDB
internal import Logging
internal import Synchronization

/// One task writes: whatever came in while a transaction was on its way to the disk goes into the next one.
extension Spool {
    /// How long removals may wait for an append to be written with.
    private static let flushDelay = Duration.milliseconds(250)
    /// How often a disk that refuses is asked again.
    private static let retryDelays = Duration.milliseconds(100)...Duration.seconds(2)

    /// Starts the writing task unless it is at work.
    func startWriting(_ shared: inout Shared) {
        self.reportFull(&shared)
        guard shared.writer == nil else { return }
        shared.writer = Task.detached { await self.writeAll() }
    }

    /// Has removals written soon, together with an append if one comes.
    func scheduleFlush(_ shared: inout Shared) {
        guard shared.writer == nil, !shared.isFlushScheduled else { return }
        shared.isFlushScheduled = true
        Task.detached {
            try? await Task.sleep(for: Self.flushDelay)
            self.shared.withLock { shared in
                shared.isFlushScheduled = false
                if !shared.state.isClosed { self.startWriting(&shared) }
            }
        }
    }

    private func writeAll() async {
        await self.moveToNewFiles()
        while let work = self.nextWork() {
            await self.write(work)
            await self.moveToNewFiles()
        }
    }

    private func nextWork() -> SpoolState.Work? {
        self.shared.withLock { shared in
            // What is closed while its files are missing accepts nothing more, as that would go nowhere.
            if !shared.isMissing, let work = shared.state.takeWork() { return work }
            shared.writer = nil
            if shared.state.isClosed { self.fail(shared.state.takeLeftovers(), in: &shared) }
            return nil
        }
    }

    private func write(_ work: SpoolState.Work) async {
        var delay = Self.retryDelays.lowerBound
        while true {
            let database = self.shared.withLock { $0.database }
            do {
                let removed = try await database.commit(work.transaction)
                return self.finish(work, removed: removed)
            } catch {
                if SpoolFile.isUnwritable(error) { await self.makeRoom(in: database) }
                guard self.mayRetry(work, after: error) else { return }
                if let file = self.file, SpoolFile.isDamage(error) { await self.replace(file, before: work) }
            }
            try? await Task.sleep(for: delay)
            delay = min(delay * 2, Self.retryDelays.upperBound)
        }
    }

    private func finish(_ work: SpoolState.Work, removed: RemovedAmount) {
        self.shared.withLock { shared in
            if shared.state.lastError != nil { self.logger.notice("spool writes again") }
            shared.state.finish(work.transaction, removed: removed)
            for ticket in work.tickets { shared.settle(ticket, .success(())) }
            shared.unwanted.subtract(work.tickets)
            if !work.transaction.batches.isEmpty {
                for watcher in shared.watchers.values { watcher.resume() }
                shared.watchers.removeAll()
            }
            self.reportFull(&shared)
        }
    }

    /// Gives back what delivered batches took, on a disk that has room for nothing else.
    private func makeRoom(in database: SpoolDatabase) async {
        do {
            try await database.cutLog()
            // In order, as neighbours are removed with least work.
            var removals = self.shared.withLock { $0.state.removals.sorted() }[...]
            while !removals.isEmpty {
                let some = removals.prefix(SpoolDatabase.removalsInStep)
                removals = removals.dropFirst(some.count)
                let removed = try await database.makeRoom(removing: Array(some))
                self.shared.withLock { $0.state.finishRemoval(of: some, removed: removed) }
            }
            try await database.giveBackSpace()
        } catch {
            self.logger.debug("spool cannot make room", metadata: ["error": "\(error)"])
        }
    }

    /// Notes why the disk refused and says whether to try again.
    private func mayRetry(_ work: SpoolState.Work, after error: any Error) -> Bool {
        self.shared.withLock { shared in
            guard !shared.state.isClosed else {
                self.fail(work.tickets, in: &shared)
                return false
            }
            let reason = (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
            if shared.state.lastError != reason {
                self.logger.error("spool cannot write, trying again", metadata: ["error": "\(reason)"])
            }
            shared.state.lastError = reason
            let unwanted = shared.unwanted.intersection(work.tickets)
            guard !unwanted.isEmpty else { return true }
            shared.state.putBack(work, without: unwanted)
            shared.unwanted.subtract(unwanted)
            for ticket in unwanted { shared.settle(ticket, .failure(CancellationError())) }
            return false
        }
    }

    /// Goes on in a new file with what can be read of the damaged one and what is in memory.
    private func replace(_ file: SpoolFile, before work: SpoolState.Work) async {
        let (state, old) = self.shared.withLock { ($0.state, $0.database) }
        do {
            try? old.close()  // the damage is known, and the log says it below
            let damaged = try file.setAside(as: "damaged")
            self.logger.critical("spool file is damaged and was put aside", metadata: ["file": "\(damaged)"])
            let database = try SpoolDatabase(path: file.path)
            try await database.restore(
                id: state.origin,
                nextSequence: state.nextSequence,
                batches: state.cache.all,
                positions: state.positions.map { Position(source: $0.key, value: $0.value) }
            )
            let unread = try database.rescue(from: damaged)
            if let first = work.transaction.batches.first { try await database.remove(from: first.firstSequence) }
            let contents = try database.contents()
            self.shared.withLock { shared in
                shared.database = database
                shared.state.adopt(contents)
                shared.state.damage = SpoolDamage(file: damaged, unreadEvents: unread)
            }
        } catch {
            self.logger.error("spool file cannot be replaced yet", metadata: ["error": "\(error)"])
        }
    }

    private func fail(_ tickets: [UInt64], in shared: inout Shared) {
        for ticket in tickets { shared.settle(ticket, .failure(Self.closedError)) }
    }

    private func reportFull(_ shared: inout Shared) {
        let isFull = shared.state.isFull
        guard isFull != shared.hasReportedFull else { return }
        shared.hasReportedFull = isFull
        let status = shared.state.status
        if isFull {
            self.logger.warning(
                "spool is full, sources wait",
                metadata: ["bytes": "\(status.bytes)", "limit": "\(status.limit)", "batches": "\(status.batches)"]
            )
        } else {
            self.logger.notice("spool has room again", metadata: ["bytes": "\(status.bytes)"])
        }
    }
}
