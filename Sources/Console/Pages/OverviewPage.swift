internal import Hummingbird
internal import Store

/// The first page: the state of everything, and the last day's events as a histogram.
enum OverviewPage {
    private static let height = 120.0

    static func register(_ routes: inout Routes) {
        routes.page(.get, "/", .read) { call in
            let overview = try await call.overview()
            let names = try await call.serverNames()
            let filter = EventFilter.all([
                call.visible, .handling(.none), .severity(in: [3, 4, 5]), .since(call.now.advanced(seconds: -86_400)),
            ])
            let open = try await call.search(EventSearch(filter, limit: 8)).events
            let values: [String: Any] = [
                "servers": overview.servers, "serversConnected": overview.serversConnected,
                "serversAreFine": overview.servers == overview.serversConnected, "hosts": overview.hosts,
                "triggers": overview.triggers,
                "triggersWithProblem": overview.triggersWithProblem,
                "triggersAreFine": overview.triggersWithProblem == 0,
                "severities": Severity.allCases.reversed().map { severity in
                    [
                        "severity": "\(severity)", "severityText": call.text("severity.\(severity)"),
                        "count": overview.events.map { Self.grouped($0.lastDay[severity] ?? 0) } ?? "",
                        "href": "/events?q=" + "severity:\(severity) since:-1d".formEncoded,
                    ] as [String: Any]
                },
                "open": open.map { call.view($0, names) }, "hasOpen": !open.isEmpty,
                "arms": overview.arms.map(call.view), "hasArms": !overview.arms.isEmpty,
                "isCounted": overview.events != nil,
            ]
            let counted = overview.events.map { Self.view($0, now: call.now) } ?? [:]
            return call.page("overview", "overview", values.merging(counted) { $1 })
        }
    }

    /// What the template shows of the counters of events.
    private static func view(_ events: Overview.Events, now: Timestamp) -> [String: Any] {
        let highest = events.hours.map { $0.counts.values.reduce(0, +) }.max() ?? 0
        return [
            "eventsArrived": self.grouped(events.arrived), "size": self.size(events.databaseBytes), "highest": highest,
            "lastDay": self.grouped(events.lastDay.values.reduce(0, +)),
            "bars": events.hours.enumerated().map { self.bar($0.offset, $0.element, highest) },
            "first": events.hours.first?.start.description ?? "", "last": now.description,
        ]
    }

    /// One hour as a column of severities, the worst on top.
    private static func bar(
        _ index: Int,
        _ hour: (start: Timestamp, counts: [Severity: Int64]),
        _ highest: Int64
    ) -> [String: Any] {
        let scale = highest == 0 ? 0 : self.height / Double(highest)
        var bottom = self.height
        var pieces: [[String: Any]] = []
        for severity in Severity.allCases {
            guard let count = hour.counts[severity], count > 0 else { continue }
            let size = max(1, Double(count) * scale)
            bottom -= size
            pieces.append(["severity": "\(severity)", "y": self.rounded(bottom), "height": self.rounded(size)])
        }
        let total = hour.counts.values.reduce(0, +)
        return ["x": index * 20 + 2, "pieces": pieces, "label": "\(hour.start.short) UTC: \(total)"]
    }

    private static func rounded(_ value: Double) -> String { String((value * 10).rounded() / 10) }

    /// With a separator after each three digits.
    static func grouped(_ number: Int64) -> String {
        let digits = Array(String(number).reversed())
        let groups = stride(from: 0, to: digits.count, by: 3).map { String(digits[$0..<min($0 + 3, digits.count)]) }
        return String(groups.joined(separator: ",").reversed())
    }

    /// Bytes in the largest unit that leaves at least one.
    static func size(_ bytes: Int64) -> String {
        let units: [(Int64, String)] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
        guard let (unit, name) = units.first(where: { bytes >= $0.0 }) else { return "\(bytes) B" }
        let tenths = bytes * 10 / unit
        return "\(tenths / 10).\(tenths % 10) \(name)"
    }
}

extension Call {
    /// What the templates show of an arm.
    func view(_ arm: ArmStatus) -> [String: Any] {
        let state = arm.link.map { "\($0.state)" } ?? "unknown"
        return [
            "id": arm.server, "nickname": arm.nickname, "state": state, "stateText": self.text("arm.\(state)"),
            "hasSince": arm.link != nil, "since": arm.link?.since.description ?? "",
            "sinceText": arm.link?.since.short ?? "",
            "peer": arm.link?.peer ?? "", "detail": arm.link?.detail ?? "",
            "hasDetail": arm.link?.detail.isEmpty == false,
            "successes": OverviewPage.grouped(arm.report?.successes ?? 0),
            "failures": OverviewPage.grouped(arm.report?.failures ?? 0),
            "failureReason": arm.report?.failureReason ?? "", "hasFailure": arm.report?.failureReason.isEmpty == false,
            "putAside": arm.putAside, "hasPutAside": arm.putAside > 0,
        ]
    }
}
