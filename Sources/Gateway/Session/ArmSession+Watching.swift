internal import HAPI
internal import JSONRPC
internal import Store

extension ArmSession {
    /// The next moment at which ``SessionEvent/tick`` will change something.
    var nextDeadline: Duration? {
        [
            self.calls.nextDeadline, self.fetches.nextDeadline, self.divided.nextDeadline, self.operations.retryAt,
            self.gaps.nextDeadline, self.brokerAlarm?.at, self.calms.values.min(), self.silenceDeadline,
            self.waitingDeadline,
            self.early.calls.isEmpty ? nil : self.early.until,
        ].compactMap { $0 }.min()
    }

    private var silenceDeadline: Duration? {
        self.isEstablished && !self.monitor.isProblem(.arm) ? self.liveness.deadline : nil
    }

    private var waitingDeadline: Duration? {
        self.monitor.isProblem(.store) ? nil : self.waitingSince.map { $0 + Self.storePatience }
    }

    /// A sign of life.
    mutating func heard(_ now: Moment) {
        self.liveness.heard(now.monotonic)
        guard self.isEstablished, self.monitor.isProblem(.arm) else { return }
        self.note(self.monitor.clear(.arm, at: now.wall))
        self.noteLink(.established, now)
    }

    /// Looks at every deadline.
    mutating func tick(_ now: Moment) {
        self.expireCalls(now)
        if self.early.until <= now.monotonic { self.takeEarlyCalls(now) }
        self.finish(self.fetches.expire(at: now.monotonic))
        for key in self.divided.expire(at: now.monotonic) {
            self.log(.info, "gave a divided put up", "\(key.procedure.rawValue) \(key.requestID)")
        }
        for (token, batch) in self.operations.takeDue(now.monotonic) { self.actions.append(.store(batch, token)) }
        self.noticeWaiting(now)
        for gap in self.gaps.due(now.monotonic) { self.actions.append(.countMissing(gap)) }
        if let alarm = self.brokerAlarm, alarm.at <= now.monotonic {
            self.brokerAlarm = nil
            self.note(self.monitor.raise(.broker, alarm.reason, at: now.wall))
        }
        for condition in self.calms.keys.filter({ self.calms[$0].map { $0 <= now.monotonic } ?? false }) {
            self.calms[condition] = nil
            self.note(self.monitor.clear(condition, at: now.wall))
        }
        if let deadline = self.silenceDeadline, deadline <= now.monotonic {
            let reason =
                "nothing heard for more than twice its interval of \(self.liveness.interval.components.seconds) s"
            self.note(self.monitor.raise(.arm, reason, at: now.wall))
            self.noteLink(.silent, now, detail: reason)
        }
    }

    private mutating func expireCalls(_ now: Moment) {
        for call in self.calls.expire(at: now.monotonic) {
            switch call {
            case .exchangeProfile:
                guard !self.isEstablished else { continue }
                let reason = "no answer to exchangeProfile within \(Liveness.answerPatience.components.seconds) s"
                self.note(self.monitor.raise(.arm, reason, at: now.wall))
            case .fetch(let fetchID):
                self.finish(self.fetches.fail(fetchID, "the arm did not answer in time").map { [$0] } ?? [])
            }
        }
    }

    /// How many consume the arm's messages, this server included.
    mutating func consumers(_ count: Int, _ now: Moment) {
        self.looksAtOthers = count > 1 ? self.looksAtOthers + 1 : 0
        guard count > 1 else { return self.note(self.monitor.clear(.queue, at: now.wall)) }
        // A connection that was lost is a consumer until the broker has noticed.
        guard self.looksAtOthers > 1 else { return }
        let reason =
            "\(count) consume \(self.server.broker.queue)-S: another server, or another registration of the same queue, "
            + "takes part of the arm's messages"
        if !self.monitor.isProblem(.queue) { self.log(.warning, "the arm's messages are divided", reason) }
        self.note(self.monitor.raise(.queue, reason, at: now.wall))
    }

    /// How much of a gap in the sequence is still missing.
    mutating func counted(_ gap: SequenceGap, missing: Int64?, _ now: Moment) {
        if self.gaps.counted(gap, missing: missing, now: now.monotonic) {
            let range = "\(gap.numbers.lowerBound) to \(gap.numbers.upperBound)"
            let reason = "\(missing ?? 0) of the events \(range) of the series \(gap.prefix) are missing"
            self.note(self.monitor.raise(.sequence, reason, at: now.wall))
        } else if self.gaps.isEmpty {
            self.note(self.monitor.clear(.sequence, at: now.wall))
        }
    }

    // MARK: Numbers of events

    /// What the store noticed about the numbers in the ids of events.
    mutating func noticed(_ notices: [SeriesNotice], _ now: Moment) {
        for notice in notices {
            switch notice {
            case .began(let prefix, let first):
                let reason = "\(prefix), first number \(first)"
                self.log(.info, "a new series of event ids: the arm's spool is new, or the store is", reason)
            case .gap(let prefix, let numbers):
                self.gaps.add(SequenceGap(prefix: prefix, numbers: numbers), now: now.monotonic)
            case .wentBack(let prefix, let first, let before, let last):
                let reason = "\(prefix) begins with number \(first), but \(before) had come to \(last)"
                self.log(
                    .warning,
                    "the arm's spool is an older copy, or was copied; its new events have new ids",
                    reason
                )
            case .reused(let id, let count): self.reused(id, count, now)
            }
        }
    }

    /// Two agents give out the same ids: says so, and has the arm look whether it is the one that is behind.
    ///
    /// An arm of ours that is asked for its profile asks for the last event we know. If it has not given that one out itself,
    /// it goes on with new ids.
    private mutating func reused(_ id: String, _ count: Int, _ now: Moment) {
        let reason = """
            \(count) events came with ids that other events have, the first with \(id): two agents send the same ids, as a \
            machine and its clone do. All are stored; give each its own queue and restart both
            """
        if !self.monitor.isProblem(.ids) { self.log(.warning, "an event id stands for two events", reason) }
        self.note(self.monitor.raise(.ids, reason, at: now.wall))
        self.calms[.ids] = now.monotonic + Self.calmAfter
        guard self.nextComparison.map({ $0 <= now.monotonic }) ?? true else { return }
        self.nextComparison = now.monotonic + Self.comparisonInterval
        self.exchangeProfiles(now)
    }
}
