internal import HAPI
internal import JSONRPC
internal import Logging
internal import Spool

extension ArmRunner {
    /// Looks at the time once a second, until the task is cancelled.
    func keepTime() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1), tolerance: .milliseconds(200))
            self.tick(.now)
        }
    }

    private func tick(_ now: ContinuousClock.Instant) {
        if !self.isBlocked {
            self.perform(self.session.tick(at: now))
            if self.outbox.expire(at: now) {
                self.health.fail("the server does not answer putEvents", at: .now)
                self.perform(self.session.doubt("no answer to putEvents in time", at: now))
            }
        }
        self.failCalls(self.calls.expire(at: now))
        if !self.outbox.isEmpty { self.sender?.send() }
        self.watchSpool()
        self.watchRefusals(now)
        self.watchForeign(now)
        self.watchForStall(now)
        self.reportHealth(now)
        self.logStatus(now)
    }

    private func watchSpool() {
        self.spool.lookAfterFiles()
        let status = self.spool.status
        self.setProblem(
            "spool-full",
            status.isFull ? "the spool is full (\(ByteSize(bytes: Int(status.limit)))): sources wait" : nil
        )
        self.setProblem("spool-disk", status.lastError.map { "the spool cannot be written: \($0)" })
        self.setProblem("spool-files", status.loss)
        let unread = status.unreadEvents > 0 ? "; at most \(status.unreadEvents) undelivered events are missing" : ""
        self.setProblem("spool-damaged", status.damagedFile.map { "a damaged spool was put aside as \($0)\(unread)" })
    }

    /// Tells the server how the arm is doing: in good time, and soon after a change, but never twice within a second.
    private func reportHealth(_ now: ContinuousClock.Instant) {
        guard self.session.isEstablished else { return }
        if let last = self.lastReport {
            let age = now - last.at
            let isWanted = self.isReportDue || self.health.isNews(since: last.health)
            guard age >= self.reportInterval || (isWanted && age >= .seconds(1)) else { return }
        }
        self.isReportDue = false
        self.lastReport = (self.health, now)
        self.perform(self.session.report(self.health.armInfo, at: now))
    }

    /// At most two polling intervals may pass between reports; most servers have one that nobody chose.
    private var reportInterval: Duration {
        let polling = self.settings.map { Duration.seconds(max(1, $0.pollingIntervalSec)) }
        return min(polling ?? self.configuration.reportInterval, self.configuration.reportInterval)
    }

    private func logStatus(_ now: ContinuousClock.Instant) {
        guard let interval = self.configuration.statusInterval else { return }
        defer { if self.nextStatus ?? now <= now { self.nextStatus = now + interval } }
        guard let next = self.nextStatus, next <= now else { return }
        let status = self.spool.status
        self.logger.info(
            "status",
            metadata: [
                "established": "\(self.session.isEstablished)",
                "delivered-events": "\(self.counters.deliveredEvents)",
                "spooled-batches": "\(status.batches)",
                "spooled": "\(ByteSize(bytes: Int(status.bytes)))",
                "problem": "\(self.health.reason ?? "none")",
            ]
        )
    }
}
