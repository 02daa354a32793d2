internal import Escaping
internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Store

/// One verdict for other monitoring systems.
///
/// Problems are triggers that are not OK, and events nobody has handled that came in the last 24 hours; both from a severity
/// on, and of one host when one is named. Arms that have nothing to do with that host are left out, too.
struct Check {
    private static let bound = 10_000

    private let call: Call

    init(_ call: Call) { self.call = call }

    private struct Findings {
        var problems = 0
        var critical = 0
        var staleArms = 0

        /// 0 OK, 1 WARNING, 2 CRITICAL, as plugins exit.
        var status: Int { self.critical > 0 ? 2 : self.problems + self.staleArms > 0 ? 1 : 0 }
    }

    /// One line with performance data, as plugins of Nagios print it.
    func nagios() async throws -> Response {
        let found = try await self.findings()
        let word = ["OK", "WARNING", "CRITICAL"][found.status]
        let line = """
            HATOHOL \(word) - \(found.problems) problems (\(found.critical) critical), \(found.staleArms) arms not connected \
            | problems=\(found.problems);;;0 critical=\(found.critical);;;0 stale_arms=\(found.staleArms);;;0

            """
        var response = Response.text(line)
        response.headers[.checkStatus] = String(found.status)
        return response
    }

    /// The same for an HTTP agent item, with the servers for low-level discovery.
    func zabbix() async throws -> Response {
        let found = try await self.findings()
        let arms = try await self.call.store.armStatus().map { arm -> JSON in
            [
                "{#SERVER}": .string(arm.nickname),
                "{#STATE}": .string(arm.link.map { "\($0.state)" } ?? "unknown"),
            ]
        }
        return self.call.json([
            "status": JSON(found.status), "problems": JSON(found.problems), "critical": JSON(found.critical),
            "stale_arms": JSON(found.staleArms), "data": .array(arms),
        ])
    }

    private func findings() async throws -> Findings {
        var query = self.call.query
        let minimum = try query.choice("min_severity", Severity.self) ?? .error
        let host = try query.string("host")
        try query.finish()
        var filter: [EventFilter] = [
            self.call.visible, .since(self.call.now.advanced(seconds: -86_400)), .handling(.none), .not(.type(.good)),
        ]
        if let host { filter.append(.name(.host, like: host.escaped(for: .likePattern))) }
        let triggers = try await self.call.triggers().map(\.trigger).filter {
            $0.status == .ng && $0.severity >= minimum && (host == nil || $0.hostName == host || $0.hostID == host)
        }
        var found = Findings()
        found.problems = try await triggers.count + self.events(filter, from: minimum)
        found.critical =
            try await triggers.count { $0.severity >= .critical } + self.events(filter, from: max(minimum, .critical))
        found.staleArms = try await self.arms(of: host).count { $0.link?.state != .established }
        return found
    }

    /// The arms that have to do with a host; all of them when none is named, or when no arm has spoken of it yet.
    private func arms(of host: String?) async throws -> [ArmStatus] {
        let arms = try await self.call.store.armStatus()
        guard let host else { return arms }
        let servers = try await self.call.store.servers(ofHost: host)
        return servers.isEmpty ? arms : arms.filter { servers.contains($0.server) }
    }

    private func events(_ filter: [EventFilter], from minimum: Severity) async throws -> Int {
        let severities = Set(Severity.allCases.filter { $0 >= minimum }.map(\.rawValue))
        let wanted = EventFilter.all(filter + [.severity(in: severities)])
        return try await self.call.limited { try await $0.count(wanted, upTo: Self.bound) }
    }
}
