internal import Store

/// The state of everything at a glance, from counters that are kept.
struct Overview: Sendable {
    var servers = 0
    var serversConnected = 0
    var hosts = 0
    var triggers = 0
    var triggersWithProblem = 0
    var eventsArrived: Int64 = 0
    var databaseBytes: Int64 = 0
    /// Events of the last 24 hours, by severity.
    var lastDay: [Severity: Int64] = [:]
    /// Events of the last 24 hours, by hour and severity, the oldest hour first.
    var hours: [(start: Timestamp, counts: [Severity: Int64])] = []
    var arms: [ArmStatus] = []

    var json: JSON {
        [
            "servers": JSON(self.servers), "serversConnected": JSON(self.serversConnected), "hosts": JSON(self.hosts),
            "triggers": JSON(self.triggers), "triggersWithProblem": JSON(self.triggersWithProblem),
            "eventsArrived": .number(self.eventsArrived), "databaseBytes": .number(self.databaseBytes),
            "lastDay": .object(
                Severity.allCases.map { JSON.Member(name: "\($0)", value: .number(self.lastDay[$0] ?? 0)) }
            ),
        ]
    }
}

extension Call {
    /// What this person may see of it: who is limited to host groups gets no counters of events, which know no groups.
    func overview() async throws -> Overview {
        var overview = Overview()
        overview.arms = try await self.store.armStatus()
        overview.servers = overview.arms.count
        overview.serversConnected = overview.arms.count { $0.link?.state == .established }
        let isLimited = try !self.user.hostGroups.isEmpty
        if isLimited {
            overview.hosts = try await self.hosts().count
            let triggers = try await self.triggers()
            overview.triggers = triggers.count
            overview.triggersWithProblem = triggers.count { $0.trigger.status == .ng }
        } else {
            overview.hosts = try await self.store.hostCount()
            (overview.triggers, overview.triggersWithProblem) = try await self.store.triggerCounts()
        }
        let hour: Int64 = 3600
        let first = (self.now.seconds / hour - 23) * hour
        overview.hours = (0..<24).map { (Timestamp(nanoseconds: (first + $0 * hour) * 1_000_000_000), [:]) }
        guard !isLimited else { return overview }
        (overview.eventsArrived, overview.databaseBytes) = try await self.store.size()
        for tally in try await self.store.hourlyTally(since: overview.hours[0].start) {
            overview.lastDay[tally.severity, default: 0] += tally.count
            let index = Int((tally.hour.seconds - first) / hour)
            guard overview.hours.indices.contains(index) else { continue }
            overview.hours[index].counts[tally.severity, default: 0] += tally.count
        }
        return overview
    }
}
