internal import Escaping
internal import Operations
internal import Store

/// The state of the server in Prometheus' text format (version 0.0.4).
///
/// A person who is limited to host groups gets what the pages show them, too: the arms, and nothing that counts everybody's events.
struct MetricsText {
    private let call: Call

    init(_ call: Call) { self.call = call }

    func text() async throws -> String {
        var lines: [String] = []
        func add(_ name: String, _ type: String, _ help: String, _ values: [(labels: String, value: Int64)]) {
            lines.append("# HELP \(name) \(help)")
            lines.append("# TYPE \(name) \(type)")
            lines += values.map { "\(name)\($0.labels) \($0.value)" }
        }
        if try self.call.user.hostGroups.isEmpty {
            let (arrived, bytes) = try await self.call.store.size()
            add("hatohol_events_total", "counter", "Events that arrived.", [("", arrived)])
            add("hatohol_store_bytes", "gauge", "Size of the database.", [("", bytes)])
            let answers = self.call.site.metrics.answersByClass.sorted { $0.key < $1.key }
            add(
                "hatohol_http_responses_total",
                "counter",
                "Answers of the console, by class of status.",
                answers.map { ("{class=\"\($0.key)xx\"}", $0.value) }
            )
            let livePages = Int64(self.call.site.metrics.livePages)
            add("hatohol_live_pages", "gauge", "Pages that are open and live.", [("", livePages)])
        }
        let arms = try await self.call.store.armStatus()
        add(
            "hatohol_arm_established",
            "gauge",
            "Whether profiles are exchanged with the arm.",
            arms.map { (Self.labels($0), $0.link?.state == .established ? 1 : 0) }
        )
        add(
            "hatohol_arm_failures_total",
            "counter",
            "Failures the arm reported.",
            arms.compactMap { arm in arm.report.map { (Self.labels(arm), $0.failures) } }
        )
        add(
            "hatohol_arm_put_aside",
            "gauge",
            "Messages of the arm nobody could make use of.",
            arms.map { (Self.labels($0), $0.putAside) }
        )
        return lines.joined(separator: "\n") + "\n"
    }

    private static func labels(_ arm: ArmStatus) -> String {
        let name = arm.nickname.escaped(for: .prometheusLabel)
        return "{server=\"\(arm.server)\",nickname=\"\(name)\"}"
    }
}
