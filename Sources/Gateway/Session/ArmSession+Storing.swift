internal import HAPI
internal import JSONRPC
internal import Store

extension ArmSession {
    /// A put procedure: read, checked, and given to the store.
    mutating func put(
        _ procedure: Procedure,
        _ params: JSONValue?,
        _ id: MessageID?,
        _ delivered: Delivered,
        _ now: Moment
    ) {
        do throws(InvalidParams) {
            let put = try Put(procedure, params, received: now.wall, answering: self.fetches)
            guard let put else { return }
            self.note(put.notes)
            self.apply(put, procedure, id, delivered, now)
        } catch {
            self.refuse(id, error, delivered, now)
        }
    }

    private mutating func apply(
        _ put: Put,
        _ procedure: Procedure,
        _ id: MessageID?,
        _ delivered: Delivered,
        _ now: Moment
    ) {
        var change = put.change
        if let divideInfo = put.divideInfo {
            switch self.divided.add(put.change, bytes: delivered.body.count, procedure, divideInfo, now: now.monotonic)
            {
            case .complete(let whole): change = whole
            case .gathered, .repeated: return self.answer(id, PutResult.success, delivered.tag)
            case .refused(let problem):
                return self.refuse(id, InvalidParams(problems: [problem]), delivered, now)
            }
        }
        let isLast = put.divideInfo?.isLast ?? true
        if case .report(let report) = change { self.reported(report, now) }
        self.begin(
            StoreOperations.Operation(
                batch: Batch(server: self.server.id, change: change, lastInfo: isLast ? put.lastInfo : nil),
                tag: delivered.tag,
                replyTo: id,
                replyBy: now.monotonic + Self.replyPatience,
                fetch: put.fetchID.map { ($0, put.records, isLast && !put.mayMore) },
                body: delivered.body
            ),
            now
        )
    }

    /// Gives something to the store; while that fails, says so at once and waits for the next attempt.
    mutating func begin(_ operation: StoreOperations.Operation, _ now: Moment) {
        var operation = operation
        operation.since = now.monotonic
        if self.operations.isFailing {
            if let id = operation.replyTo { self.actions.append(.send(Envelope.result(PutResult.failure, id: id))) }
            self.operations.hold(operation, now: now.monotonic)
        } else {
            self.actions.append(.store(operation.batch, self.operations.begin(operation)))
        }
    }

    /// What became of a batch.
    mutating func stored(_ token: StoreToken, _ result: Result<Receipt, StoreError>, _ now: Moment) {
        switch result {
        case .success(let receipt):
            if self.operations.hasFailed, !self.operations.isFailing { self.log(.info, "the store works again") }
            guard let (operation, isDone) = self.operations.succeed(token) else { return }
            self.answer(operation, .success, now)
            if isDone { self.acknowledgements.settle(operation.tag) }
            self.storeSucceeded(now)
            self.noticed(receipt.notices, now)
            self.watchProgress(receipt, operation, now)
            if let fetch = operation.fetch {
                let isEvents = if case .events = operation.batch.change { true } else { false }
                let new = isEvents ? receipt.stored : fetch.records
                let finished = self.fetches.noteStored(
                    fetch.id,
                    records: fetch.records,
                    new: new,
                    isLast: fetch.isLast
                )
                self.finish(finished.map { [$0] } ?? [])
            }
        case .failure(let error): self.failed(token, error, now)
        }
    }

    private mutating func answer(_ operation: StoreOperations.Operation, _ result: PutResult, _ now: Moment) {
        guard let id = operation.replyTo, self.stillWaits(id, until: operation.replyBy, now) else { return }
        self.actions.append(.send(Envelope.result(result, id: id)))
    }

    private mutating func failed(_ token: StoreToken, _ error: StoreError, _ now: Moment) {
        let wasFailing = self.operations.isFailing
        self.storeFailure = "\(error)"
        guard let (operation, isPoison) = self.operations.fail(token, now: now.monotonic) else { return }
        self.answer(operation, .failure, now)
        if isPoison {
            self.putAside(Delivered(body: operation.body, tag: operation.tag), "cannot be stored: \(error)", now)
        } else if !wasFailing {
            self.log(.warning, "the store fails; the arm is told, and nothing is acknowledged", "\(error)")
        }
    }

    private mutating func storeSucceeded(_ now: Moment) {
        self.storeFailure = nil
        self.lastStored = now.monotonic
        if !self.operations.isFailing { self.note(self.monitor.clear(.store, at: now.wall)) }
    }

    /// Since when nothing of the arm has been stored, although something waits; nil when nothing waits.
    var waitingSince: Duration? { self.operations.waitingSince.map { max($0, self.lastStored) } }

    /// Names the arm when nothing of it has been stored for some seconds, and says why: the store fails, or the arm waits for its turn.
    mutating func noticeWaiting(_ now: Moment) {
        guard let since = self.waitingSince, now.monotonic - since >= Self.storePatience else { return }
        guard !self.monitor.isProblem(.store) else { return }
        let waiting = "\(self.operations.count) waiting, \(self.operations.bytes / 1024) KiB"
        let reason =
            self.storeFailure
            ?? "none of its messages was stored for \(Self.storePatience.components.seconds) s (\(waiting))"
        self.log(.warning, "nothing of the arm is stored or answered", reason)
        self.note(self.monitor.raise(.store, reason, at: now.wall))
    }

    /// What answers a fetch may well be known already, and says nothing.
    private mutating func watchProgress(
        _ receipt: Receipt,
        _ operation: StoreOperations.Operation,
        _ now: Moment
    ) {
        guard case .events = operation.batch.change, operation.fetch == nil else { return }
        switch self.progress.stored(
            new: receipt.stored,
            repeated: receipt.duplicates,
            now: now.monotonic
        )
        {
        case .open: break
        case .moves: self.note(self.monitor.clear(.progress, at: now.wall))
        case .stands(let repetitions):
            let reason = "it has sent \(repetitions) events within a minute that were all stored before"
            if !self.monitor.isProblem(.progress) {
                self.log(.warning, "the arm only repeats itself", reason)
            }
            self.note(self.monitor.raise(.progress, reason, at: now.wall))
        }
    }

    private mutating func reported(_ report: ArmReport, _ now: Moment) {
        self.liveness.reported(now.monotonic)
        switch report.status {
        case .ng:
            let reason = report.failureReason.isEmpty ? "it failed without a reason" : report.failureReason
            self.note(self.monitor.raise(.plugin, reason, at: now.wall))
        // What has just begun, and waits for its first event, knows of nothing that is wrong.
        case .ok, .initial: self.note(self.monitor.clear(.plugin, at: now.wall))
        case .unknown: break
        }
    }

    /// The first deviations of an arm are worth a line each, the thousandth is not.
    private mutating func note(_ deviations: [String]) {
        guard !deviations.isEmpty, self.notesLogged < 8 else { return }
        self.notesLogged += 1
        self.log(.info, "accepted a message that deviates from HAPI", deviations.prefix(4).joined(separator: "; "))
    }
}
