internal import HAPI
internal import JSONRPC
internal import Logging
internal import Spool

extension ArmRunner {
    /// Takes a message of the server.
    func received(_ message: Message) {
        let now = ContinuousClock.now
        let outcome: Outbox.Outcome? =
            switch message {
            case .result(let result, let id):
                self.outbox.answered(id, isSuccess: PutResult(result: result) == .success, at: now)
            case .failure(let error, let id): self.outbox.answered(id, error: error, at: now)
            default: nil
            }
        if let outcome { return self.apply(outcome, now) }
        switch message {
        case .result(let result, let id) where self.resolve(id, .success(result)): break
        case .failure(let error, let id) where self.resolve(id, .failure(error)): break
        default: self.perform(self.session.received(message, at: now))
        }
    }

    private func apply(_ outcome: Outbox.Outcome, _ now: ContinuousClock.Instant) {
        switch outcome {
        case .delivered(let events, let batches):
            self.delivered += batches
            self.counters.deliveredBatches += Int64(batches.count)
            self.counters.deliveredEvents += Int64(events)
            self.health.succeed(at: .now)
            self.taking(nil)
        case .postponed(let first, let reason):
            self.health.fail(reason, at: .now)
            self.taking("events from \(first): \(reason)")
            self.perform(self.session.doubt(reason, at: now))
        case .divided(let first, let reason):
            self.logger.debug("a request is divided", metadata: ["events-from": "\(first)", "reason": "\(reason)"])
        case .refused(let batch, let error, let batches):
            self.refused.append((batch, error, batches))
        }
        self.room.send()
        self.sender?.send()
    }

    /// Says once that the server stops or goes on taking events.
    private func taking(_ reason: String?) {
        guard self.isTaking != (reason == nil) else { return }
        self.isTaking = reason == nil
        if let reason {
            self.logger.warning(
                "the server does not take events, they are sent again",
                metadata: ["reason": "\(reason)"]
            )
        } else {
            self.logger.info("the server takes events again")
        }
    }

    /// Does what the session asks for.
    func perform(_ actions: [ArmSession.Action]) {
        for action in actions {
            switch action {
            case .send(let bytes, let messageID): self.enqueue(bytes, messageID: messageID)
            case .established:
                self.isReportDue = true
                self.sender?.send()
                self.room.send()
                self.pollNow.send()
            case .suspended: break
            case .settings(let settings): self.greeted(settings)
            case .lastEvent(let lastInfo): self.compare(lastInfo)
            case .fetch(let procedure, let params, let id): self.serve(procedure, params, id)
            case .armInfoTaken(let isTaken): if !isTaken { self.isReportDue = true }
            case .note(let note): self.log(note)
            }
        }
    }

    private func greeted(_ settings: MonitoringServerInfo) {
        self.settings = settings
        self.greetings += 1
        self.pollNow.send()
        let server: Logger.Metadata = ["nickname": "\(settings.nickName)", "id": "\(settings.serverId)"]
        self.logger.debug("settings of the monitoring server", metadata: server)
    }

    private func log(_ note: ArmSession.Note) {
        let level: Logger.Level =
            switch note.weight {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            }
        self.logger.log(level: level, "\(note.text)", metadata: note.reason.map { ["reason": "\($0)"] } ?? [:])
    }

    /// Compares what the server remembers with what the spool knows, and says what does not fit.
    private func compare(_ lastInfo: String?) {
        let check = LastInfoCheck(
            spool: self.spool.id,
            nextSequence: self.spool.nextSequence,
            firstUnconfirmed: self.firstUnconfirmed ?? self.spool.nextSequence
        )
        let finding = check.compare(with: lastInfo)
        guard finding != .agreement else { return }
        self.logger.warning("\(finding.description)")
        if case .runIsShared = finding { self.numberingDoubt.raise() }
    }
}
