internal import Hummingbird
internal import Operations
internal import Query
internal import Store

/// Hosts, host groups, triggers, items and their history.
enum InventoryAPI {
    private static let server = Operation.Parameter.id("server", "Only of this monitoring server.")

    static func register(_ routes: inout Routes) {
        routes.api(
            .get,
            "/hosts",
            .read,
            Operation(
                id: "listHosts",
                summary: "Hosts",
                parameters: [self.server, .cursor, .limit(1000)],
                answer: Schemas.page("Host")
            ),
            { call in
                try await call.page {
                    try await call.hosts(server: $0)
                } key: {
                    "\($0.server)/\($0.host.id)"
                } json: {
                    JSON($0)
                }
            }
        )
        routes.api(
            .get,
            "/host-groups",
            .read,
            Operation(id: "listHostGroups", summary: "Host groups", answer: Schemas.page("HostGroup")),
            { call in
                let groups = try await call.hosts().flatMap(\.groups)
                let counts = Dictionary(groups.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
                return call.json(page: counts.map { ["name": .string($0.key), "hosts": JSON($0.value)] })
            }
        )
        routes.api(
            .get,
            "/triggers",
            .read,
            Operation(
                id: "listTriggers",
                summary: "Triggers",
                parameters: [self.server, .cursor, .limit(1000)],
                answer: Schemas.page("Trigger")
            ),
            { call in
                try await call.page {
                    try await call.triggers(server: $0)
                } key: {
                    "\($0.server)/\($0.trigger.id)"
                } json: {
                    JSON($0)
                }
            }
        )
        routes.api(
            .get,
            "/items",
            .read,
            Operation(
                id: "listItems",
                summary: "Items with their latest values",
                parameters: [self.server, .cursor, .limit(1000)],
                answer: Schemas.page("Item")
            ),
            { call in
                try await call.page {
                    try await call.items(server: $0)
                } key: {
                    "\($0.server)/\($0.item.id)"
                } json: {
                    JSON($0)
                }
            }
        )
        routes.api(
            .get,
            "/history",
            .read,
            Operation(
                id: "listHistory",
                summary: "The known past of an item, oldest first",
                parameters: [
                    .id("server", "The monitoring server.").required(suchAs: 1),
                    .text("item", "The item's id.").required(suchAs: "cpu"),
                    .text("since", "As in a query; a day ago when left out."),
                    .text("until", "As in a query; now when left out."),
                ],
                answer: Schemas.page("Sample")
            ),
            { call in
                let history = try await call.history()
                return call.json(page: history.map { ["time": JSON($0.time), "value": .string($0.value)] })
            }
        )
    }
}

extension Call {
    /// The hosts this person may see.
    func hosts(server: Int64? = nil) async throws -> [StoredHost] {
        try await self.store.hosts(server: server).filter { self.identity?.sees(groups: $0.groups) ?? false }
    }

    /// The triggers this person may see.
    func triggers(server: Int64? = nil) async throws -> [StoredTrigger] {
        let triggers = try await self.store.triggers(server: server)
        guard let visible = try await self.visibleHosts() else { return triggers }
        return triggers.filter { visible.contains("\($0.server)/\($0.trigger.hostID)") }
    }

    /// The items this person may see.
    func items(server: Int64? = nil) async throws -> [StoredItem] {
        let items = try await self.store.items(server: server)
        guard let visible = try await self.visibleHosts() else { return items }
        return items.filter { visible.contains("\($0.server)/\($0.item.hostID)") }
    }

    /// An item's past, as the parameters ask for it.
    func history() async throws -> [Sample] {
        var query = self.query
        guard let server = try query.int("server", in: 1...Int64.max) else {
            throw Problem.bad("server", "a value is required")
        }
        let item = try query.required("item")
        let window = try self.window(since: try query.string("since"), until: try query.string("until"))
        try query.finish()
        guard try await self.items(server: server).contains(where: { $0.item.id == item }) else {
            throw Problem(404, "There is no such item.")
        }
        return try await self.store.history(server: server, item: item, from: window.from, to: window.to)
    }

    /// The time between two moments as a query writes them: from a day ago until now when left out.
    func window(since: String?, until: String?) throws -> (from: Timestamp, to: Timestamp) {
        (
            from: try self.moment("since", since) ?? self.now.advanced(seconds: -86_400),
            to: try self.moment("until", until) ?? self.now
        )
    }

    private func moment(_ name: String, _ text: String?) throws -> Timestamp? {
        guard let text else { return nil }
        guard let moment = Moment(text) else { throw Problem.bad(name, "use -2h, 2026-01-31 or 2026-01-31T12:00:00Z") }
        return Timestamp(nanoseconds: moment.nanoseconds(now: self.now.nanoseconds))
    }

    /// The hosts a limited person may see; nil for everybody else.
    private func visibleHosts() async throws -> Set<String>? {
        guard self.identity?.user.hostGroups.isEmpty == false else { return nil }
        return Set(try await self.hosts().map { "\($0.server)/\($0.host.id)" })
    }

    /// One page of a list that is in memory, in the order of a key.
    func page<Element>(
        _ list: (Int64?) async throws -> [Element],
        key: (Element) -> String,
        json: (Element) -> JSON
    ) async throws -> Response {
        var query = self.query
        let server = try query.int("server", in: 1...Int64.max)
        let limit = Int(try query.int("limit", in: 1...1000) ?? 1000)
        let cursor = try query.string("cursor", max: 2000)
        try query.finish()
        var after: String?
        if let cursor {
            guard let bytes = Secret.bytes(base64URL: cursor) else {
                throw Problem.bad("cursor", "this is no cursor; take it from the page before")
            }
            after = String(decoding: bytes, as: UTF8.self)
        }
        let all = try await list(server).map { (key: key($0), element: $0) }.sorted { $0.key < $1.key }
        let rest = all.drop { entry in after.map { entry.key <= $0 } ?? false }
        let page = rest.prefix(limit)
        let next = rest.count > limit ? page.last.map { Secret.base64URL(Array($0.key.utf8)) } : nil
        return self.json(page: page.map { json($0.element) }, next: next)
    }
}
