internal import Store

extension Call {
    /// What the templates show of an event.
    func view(_ handled: HandledEvent, _ names: [Int64: String]) -> [String: Any] {
        let event = handled.event.content
        let odd = self.text(Punctuality(time: event.time, arrival: handled.event.arrival))
        return [
            "id": handled.id, "severity": "\(event.severity)", "severityText": self.text("severity.\(event.severity)"),
            "isOdd": !odd.isEmpty, "oddText": odd, "at": event.time.nanoseconds, "time": event.time.description,
            "timeText": event.time.short,
            "host": event.hostName.isEmpty ? event.hostID : event.hostName,
            "server": names[handled.event.server] ?? "#\(handled.event.server)", "serverId": handled.event.server,
            "brief": event.brief, "status": "\(event.status)", "statusText": self.text("status.\(event.status)"),
            "type": "\(event.type)", "typeText": self.text("type.\(event.type)"),
            "handling": "\(handled.handling.status)", "handlingText": self.text("handling.\(handled.handling.status)"),
            "isHandled": handled.handling.status != .none, "assignee": handled.handling.assignee,
            "hasAssignee": !handled.handling.assignee.isEmpty, "comments": handled.handling.comments,
            "hasComments": handled.handling.comments > 0,
        ]
    }

    /// The nicknames of the monitoring servers, by id.
    func serverNames() async throws -> [Int64: String] {
        Dictionary(try await self.store.servers().map { ($0.id, $0.nickname) }, uniquingKeysWith: { $1 })
    }

    func options(_ names: [String], _ prefix: String, selected: String) -> [[String: Any]] {
        names.map { ["value": $0, "text": self.text("\(prefix).\($0)"), "isSelected": $0 == selected] }
    }
}
