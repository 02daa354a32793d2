internal import Hummingbird
internal import Store

/// An item's past, with that of others of its server beside it, and ways to look closer.
enum GraphPage {
    /// Lines that can still be told apart.
    private static let limit = 4
    private static let ranges = ["-1h", "-6h", "-1d", "-7d", "-4w"]

    static func show(_ call: Call) async throws -> Response {
        var query = call.query
        guard let server = try query.int("server", in: 1...Int64.max) else {
            throw Problem.bad("server", "a value is required")
        }
        let id = try query.required("item")
        let others = try Self.others(&query)
        let (since, until) = (try query.string("since"), try query.string("until"))
        let window = try call.window(since: since, until: until)
        try query.finish()

        let known = try await call.items(server: server)
        let items = try ([id] + others).map { id in
            guard let item = known.first(where: { $0.item.id == id })?.item else {
                throw Problem(404, "There is no such item.")
            }
            return item
        }
        var pasts: [[Sample]] = []
        for item in items {
            pasts.append(try await call.store.history(server: server, item: item.id, from: window.from, to: window.to))
        }
        let graph = Graph(zip(items, pasts).map { ($0.unit, $1) })
        let place = Place(server: server, item: id, others: others, since: since, until: until)
        var values = Self.values(items, graph, place)
        values["hasGraph"] = graph.span != nil
        values["from"] = graph.span?.lowerBound.description ?? ""
        values["fromText"] = graph.span?.lowerBound.short ?? ""
        values["to"] = graph.span?.upperBound.description ?? ""
        values["toText"] = graph.span?.upperBound.short ?? ""
        values["candidates"] = known.map(\.item).filter { $0.id != id && !others.contains($0.id) }.map {
            ["id": $0.id, "brief": $0.brief]
        }
        values["canAdd"] = others.count < Self.limit - 1 && known.count > items.count
        values["samples"] = pasts[0].suffix(20).reversed().map {
            ["time": $0.time.description, "timeText": $0.time.short, "value": $0.value]
        }
        return call.page("item", "items", values, title: items[0].brief)
    }

    /// `with` names further items, a line each; `add` is one more, as the page's own form sends it.
    private static func others(_ query: inout Parameters) throws -> [String] {
        var others = try query.string("with", max: 1000)?.split(whereSeparator: \.isNewline).map(String.init) ?? []
        if let more = try query.string("add"), !others.contains(more) { others.append(more) }
        guard others.count < self.limit else { throw Problem.bad("with", "\(self.limit - 1) more items at most") }
        return others
    }

    private static func values(_ items: [Item], _ graph: Graph, _ place: Place) -> [String: Any] {
        let item = items[0]
        return [
            "brief": item.brief, "host": item.hostID, "unit": item.unit, "value": item.lastValue,
            "server": "\(place.server)", "item": place.item, "with": place.others.joined(separator: "\n"),
            "hasOthers": !place.others.isEmpty, "since": place.since ?? "", "until": place.until ?? "",
            "zoom": place.path(since: nil, until: nil),
            "lines": zip(items, graph.lines).enumerated().map { index, pair in
                [
                    "number": "\(index + 1)", "brief": pair.0.brief, "unit": pair.0.unit, "value": pair.0.lastValue,
                    "points": pair.1.points, "lowest": pair.1.lowest, "highest": pair.1.highest,
                    "canRemove": index > 0, "without": index > 0 ? place.path(without: place.others[index - 1]) : "",
                ] as [String: Any]
            },
            "ranges": Self.ranges.map { range in
                [
                    "text": String(range.dropFirst()), "href": place.path(since: range, until: nil),
                    "isCurrent": range == place.since ?? "-1d" && place.until == nil,
                ] as [String: Any]
            },
        ]
    }

    /// What the page shows, as an address.
    private struct Place {
        let server: Int64
        let item: String
        var others: [String]
        var since: String?
        var until: String?

        func path(since: String?, until: String?) -> String {
            var path = "/items/graph?server=\(self.server)&item=\(self.item.formEncoded)"
            if !self.others.isEmpty { path += "&with=" + self.others.joined(separator: "\n").formEncoded }
            if let since { path += "&since=\(since.formEncoded)" }
            if let until { path += "&until=\(until.formEncoded)" }
            return path
        }

        func path(without other: String) -> String {
            var fewer = self
            fewer.others.removeAll { $0 == other }
            return fewer.path(since: self.since, until: self.until)
        }
    }
}
