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
        routes.page(.get, "/items/graph", .read, self.graph)
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
        let found = try await call.hosts().filter { stored in
            text.isEmpty || stored.host.name.matches(text) || stored.groups.contains { $0.matches(text) }
        }
        let rows = found.prefix(self.limit).map { stored -> [String: Any] in
            [
                "name": stored.host.name, "id": stored.host.id, "groups": stored.groups,
                "server": names[stored.server] ?? "",
                "stateText": call.text("host.\(stored.state)"), "parent": stored.parent ?? "",
                "events": "/events?q=" + "host:\(Query.Pattern(literal: stored.host.name))".formEncoded,
            ]
        }
        return call.page("hosts", "hosts", self.list(rows, of: found.count, text))
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

    private static func graph(_ call: Call) async throws -> Response {
        let samples = try await call.history()
        var query = call.query
        let (server, id) = (try query.int("server", in: 1...Int64.max) ?? 0, try query.required("item"))
        let since = try query.string("since") ?? "-1d"
        let item = try await call.items(server: server).first { $0.item.id == id }?.item
        let graph = Graph(samples)
        let base = "/items/graph?server=\(server)&item=\(id.formEncoded)"
        return call.page(
            "item",
            "items",
            [
                "brief": item?.brief ?? id, "host": item?.hostID ?? "", "unit": item?.unit ?? "",
                "value": item?.lastValue ?? "", "points": graph.points, "hasPoints": graph.hasPoints,
                "highest": graph.highest, "lowest": graph.lowest,
                "from": samples.first?.time.description ?? "", "fromText": samples.first?.time.short ?? "",
                "to": samples.last?.time.description ?? "", "toText": samples.last?.time.short ?? "",
                "ranges": ["-1h", "-6h", "-1d", "-7d", "-4w"].map { range in
                    ["text": String(range.dropFirst()), "href": "\(base)&since=\(range)", "isCurrent": range == since]
                        as [String: Any]
                },
                "samples": samples.suffix(20).reversed().map {
                    ["time": $0.time.description, "timeText": $0.time.short, "value": $0.value]
                },
            ],
            title: item?.brief ?? id
        )
    }

    private static func list(_ rows: [[String: Any]], of count: Int, _ text: String) -> [String: Any] {
        ["rows": rows, "isEmpty": rows.isEmpty, "text": text, "count": count, "isCut": count > rows.count]
    }
}

/// The numbers of an item's past as a line, in a box of 1000 by 240.
struct Graph {
    let points: String
    let hasPoints: Bool
    let highest: String
    let lowest: String

    init(_ samples: [Sample]) {
        let values = samples.compactMap { sample in
            Double(sample.value).flatMap { $0.isFinite ? (time: sample.time.nanoseconds, value: $0) : nil }
        }
        let (low, high) = (values.map(\.value).min() ?? 0, values.map(\.value).max() ?? 0)
        self.hasPoints = values.count > 1
        (self.lowest, self.highest) = ("\(low)", "\(high)")
        guard let first = values.first?.time, let last = values.last?.time, last > first else {
            self.points = ""
            return
        }
        let (width, range) = (Double(last - first), high > low ? high - low : 1)
        self.points = values.map { sample in
            let x = Double(sample.time - first) / width * 1000
            let y = 240 - (sample.value - low) / range * 240
            return "\((x * 10).rounded() / 10),\((y * 10).rounded() / 10)"
        }.joined(separator: " ")
    }
}

extension StoredTrigger {
    /// Problems first, the worst of them on top.
    fileprivate var rank: Int { (self.trigger.status == .ng ? 100 : 0) + Int(self.trigger.severity.rawValue) }
}

extension String {
    fileprivate func matches(_ text: String) -> Bool { self.lowercased().contains(text.lowercased()) }
}
