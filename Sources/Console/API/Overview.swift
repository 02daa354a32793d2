internal import Operations
internal import Store

/// The state of everything at a glance, from counters that are kept.
struct Overview: Sendable {
    var servers = 0
    var serversConnected = 0
    var hosts = 0
    var triggers = 0
    var triggersWithProblem = 0
    var arms: [ArmStatus] = []
    /// What is counted of all events together; nil for a person who is limited to host groups, because nobody counts by group.
    var events: Events?

    /// The counters of events.
    struct Events: Sendable {
        var arrived: Int64
        var databaseBytes: Int64
        /// Events of the last 24 hours, by severity.
        var lastDay: [Severity: Int64] = [:]
        /// Events of the last 24 hours, by hour and severity, the oldest hour first.
        var hours: [(start: Timestamp, counts: [Severity: Int64])]
    }

    var json: JSON {
        [
            "servers": JSON(self.servers), "serversConnected": JSON(self.serversConnected), "hosts": JSON(self.hosts),
            "triggers": JSON(self.triggers), "triggersWithProblem": JSON(self.triggersWithProblem),
            // What is not known is null: a zero would say that nothing came.
            "eventsArrived": JSON(self.events?.arrived), "databaseBytes": JSON(self.events?.databaseBytes),
            "lastDay": self.events.map { Self.json($0.lastDay) } ?? .null,
        ]
    }

    private static func json(_ counts: [Severity: Int64]) -> JSON {
        .object(Severity.allCases.map { JSON.Member(name: "\($0)", value: .number(counts[$0] ?? 0)) })
    }
}

extension Call {
    /// What this person may see of it.
    func overview() async throws -> Overview {
        var overview = Overview()
        overview.arms = try await self.store.armStatus()
        overview.servers = overview.arms.count
        overview.serversConnected = overview.arms.count { $0.link?.state == .established }
        if try self.user.hostGroups.isEmpty {
            overview.hosts = try await self.store.hostCount()
            (overview.triggers, overview.triggersWithProblem) = try await self.store.triggerCounts()
            overview.events = try await self.eventCounters()
        } else {
            overview.hosts = try await self.hosts().count
            let triggers = try await self.triggers()
            overview.triggers = triggers.count
            overview.triggersWithProblem = triggers.count { $0.trigger.status == .ng }
        }
        return overview
    }

    private func eventCounters() async throws -> Overview.Events {
        let hour: Int64 = 3600
        let first = (self.now.seconds / hour - 23) * hour
        let hours = (0..<24).map { Timestamp(nanoseconds: (first + $0 * hour) * 1_000_000_000) }
        let (arrived, bytes) = try await self.store.size()
        var events = Overview.Events(arrived: arrived, databaseBytes: bytes, hours: hours.map { ($0, [:]) })
        for tally in try await self.store.hourlyTally(since: hours[0], until: self.now) {
            events.lastDay[tally.severity, default: 0] += tally.count
            let index = Int((tally.hour.seconds - first) / hour)
            guard events.hours.indices.contains(index) else { continue }
            events.hours[index].counts[tally.severity, default: 0] += tally.count
        }
        return events
    }
}
