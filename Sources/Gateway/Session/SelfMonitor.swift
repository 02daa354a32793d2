internal import Store

/// What the server itself watches about one arm, each as a trigger that ends by itself.
///
/// The triggers and their events belong to the monitoring server they are about, on the host `_SELF_`; no list sent by
/// the arm replaces them.
struct SelfMonitor: Sendable {
    /// The things watched.
    enum Condition: String, CaseIterable, Sendable {
        case broker
        case arm
        case plugin
        case messages
        case sequence
        case ids
        case store
        case progress
        case queue
        case sender

        var triggerID: String { "_SELF_/\(self.rawValue)" }

        /// What people read while it is well.
        var title: String {
            switch self {
            case .broker: "Connection to the broker"
            case .arm: "Contact with the arm"
            case .plugin: "The arm's own work"
            case .messages: "Messages of the arm"
            case .sequence: "Completeness of the arm's events"
            case .ids: "Ids of the arm's events"
            case .store: "Storing what the arm sends"
            case .progress: "New events of the arm"
            case .queue: "The queue of the arm's messages"
            case .sender: "Who writes to the queue of the arm's messages"
            }
        }

        var severity: Severity { [.messages, .ids, .progress].contains(self) ? .error : .critical }
    }

    static let host = Host(id: "_SELF_", name: "_SELF_")

    private let server: MonitoringServer.ID
    private var problems: [Condition: String]

    /// Starts with what was known when the process before this one ended.
    init(server: MonitoringServer.ID, stored: [Trigger]) {
        self.server = server
        self.problems = [:]
        for trigger in stored where trigger.status == .ng {
            let condition = Condition.allCases.first { $0.triggerID == trigger.id }
            if let condition { self.problems[condition] = trigger.brief }
        }
    }

    /// Whether a condition is bad.
    func isProblem(_ condition: Condition) -> Bool { self.problems[condition] != nil }

    /// Notes that a condition is bad; gives what to store when that is news.
    mutating func raise(_ condition: Condition, _ reason: String, at wall: Timestamp) -> [Batch] {
        guard self.problems[condition] == nil else { return [] }
        self.problems[condition] = reason
        return self.transition(condition, "\(condition.title): \(reason)", .ng, at: wall)
    }

    /// Notes that a condition is well again; gives what to store when that is news.
    mutating func clear(_ condition: Condition, at wall: Timestamp) -> [Batch] {
        guard self.problems.removeValue(forKey: condition) != nil else { return [] }
        return self.transition(condition, "\(condition.title): well again", .ok, at: wall)
    }

    private func transition(
        _ condition: Condition,
        _ text: String,
        _ status: TriggerStatus,
        at wall: Timestamp
    ) -> [Batch] {
        let brief = String(text.prefix(255))
        let trigger = Trigger(
            id: condition.triggerID,
            status: status,
            severity: condition.severity,
            lastChange: wall,
            hostID: Self.host.id,
            hostName: Self.host.name,
            brief: brief,
            extendedInfo: ""
        )
        let event = NewEvent(
            eventID: "\(condition.triggerID)/\(wall.nanoseconds)",
            time: wall,
            type: status == .ng ? .bad : .good,
            status: status,
            severity: status == .ng ? condition.severity : .info,
            triggerID: condition.triggerID,
            hostID: Self.host.id,
            hostName: Self.host.name,
            brief: brief
        )
        return [
            Batch(server: self.server, change: .ownTriggers([trigger])),
            Batch(server: self.server, change: .events([event])),
        ]
    }
}
