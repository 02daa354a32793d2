internal import Hummingbird
internal import Query
internal import Store

/// Triggers, hosts, and items with their graphs.
enum InventoryPages {
    /// Rows on one page; whoever needs more narrows the list down, or asks the API.
    private static let limit = 1000

    static func register(_ routes: inout Routes) {
        routes.page(.get, "/triggers", .read, self.triggers)
        routes.page(.get, "/hosts", .read, self.hosts)
        routes.page(.get, "/items", .read, self.items)
        routes.page(.get, "/items/graph", .read, GraphPage.show)
    }

    private static func triggers(_ call: Call) async throws -> Response {
        var query = call.query
        let text = try query.string("text") ?? ""
        let names = try await call.serverNames()
        let found = try await call.triggers()
            .filter { text.isEmpty || $0.trigger.brief.matches(text) || $0.trigger.hostName.matches(text) }
            .sorted { ($0.rank, $0.trigger.lastChange) > ($1.rank, $1.trigger.lastChange) }
        let rows = found.prefix(self.limit).map { stored -> [String: Any] in
            let trigger = stored.trigger
            return [
                "severity": "\(trigger.severity)", "severityText": call.text("severity.\(trigger.severity)"),
                "status": "\(trigger.status)", "statusText": call.text("status.\(trigger.status)"),
                "time": trigger.lastChange.description, "timeText": trigger.lastChange.short,
                "host": trigger.hostName.isEmpty ? trigger.hostID : trigger.hostName, "brief": trigger.brief,
                "server": names[stored.server] ?? "",
                "isOwn": stored.isOwn,
                "events": "/events?q=" + "trigger:\(Query.Pattern(literal: trigger.id))".formEncoded,
            ]
        }
        return call.page("triggers", "triggers", self.list(rows, of: found.count, text))
    }

    private static func hosts(_ call: Call) async throws -> Response {
        var query = call.query
        let text = try query.string("text") ?? ""
        let names = try await call.serverNames()
        let group = try query.string("group", max: 255) ?? ""
        let all = try await call.hosts()
        let found = all.filter { stored in
            (group.isEmpty || stored.groups.contains(group))
                && (text.isEmpty || stored.host.name.matches(text) || stored.groups.contains { $0.matches(text) })
        }
        let rows = found.prefix(self.limit).map { stored -> [String: Any] in
            [
                "name": stored.host.name, "id": stored.host.id,
                "groups": stored.groups.map { ["name": $0, "href": "/hosts?group=" + $0.formEncoded] },
                "server": names[stored.server] ?? "",
                "stateText": call.text("host.\(stored.state)"), "parent": stored.parent ?? "",
                "events": "/events?q=" + "host:\(Query.Pattern(literal: stored.host.name))".formEncoded,
            ]
        }
        var values = self.list(rows, of: found.count, text)
        values["groups"] = Set(all.flatMap(\.groups)).union(group.isEmpty ? [] : [group]).sorted().map {
            ["name": $0, "isCurrent": $0 == group] as [String: Any]
        }
        return call.page("hosts", "hosts", values)
    }

    private static func items(_ call: Call) async throws -> Response {
        var query = call.query
        let text = try query.string("text") ?? ""
        let names = try await call.serverNames()
        let found = try await call.items().filter { stored in
            text.isEmpty || stored.item.brief.matches(text) || stored.item.hostID.matches(text)
        }
        let rows = found.prefix(self.limit).map { stored -> [String: Any] in
            let item = stored.item
            return [
                "brief": item.brief, "host": item.hostID, "value": item.lastValue, "unit": item.unit,
                "groups": item.groups,
                "server": names[stored.server] ?? "", "time": item.lastValueTime.description,
                "timeText": item.lastValueTime.short,
                "graph": "/items/graph?server=\(stored.server)&item=\(item.id.formEncoded)",
            ]
        }
        return call.page("items", "items", self.list(rows, of: found.count, text))
    }

    private static func list(_ rows: [[String: Any]], of count: Int, _ text: String) -> [String: Any] {
        ["rows": rows, "isEmpty": rows.isEmpty, "text": text, "count": count, "isCut": count > rows.count]
    }
}

extension StoredTrigger {
    /// Problems first, the worst of them on top.
    fileprivate var rank: Int { (self.trigger.status == .ng ? 100 : 0) + Int(self.trigger.severity.rawValue) }
}

extension String {
    fileprivate func matches(_ text: String) -> Bool { self.lowercased().contains(text.lowercased()) }
}
