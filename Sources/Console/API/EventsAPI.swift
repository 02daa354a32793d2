internal import Hummingbird
internal import Operations
internal import Query
internal import Store

/// Events: lists, one of them, export, and their handling.
enum EventsAPI {
    static func register(_ routes: inout Routes) {
        routes.api(
            .get,
            "/events",
            .read,
            Operation(
                id: "listEvents",
                summary: "Events, the newest first; a page may be short, or empty, while `next` says where to look on",
                parameters: [
                    .query, .cursor, .limit(100), .choice("order", ["newest", "oldest"], "From which end."),
                ],
                answer: Schemas.page("Event")
            ),
            self.list
        )
        routes.api(
            .get,
            "/events/export",
            .read,
            Operation(
                id: "exportEvents",
                summary: "All events that match, as a file that is streamed",
                parameters: [.query, .choice("format", ["csv", "jsonl"], "CSV (RFC 4180) or JSON Lines.")],
                types: ["text/csv", "application/jsonl"]
            ),
            self.export
        )
        routes.api(
            .get,
            "/events/{id}",
            .read,
            Operation(id: "getEvent", summary: "One event", answer: Schemas.reference("Event")),
            { call in call.json(JSON(try await call.event(try call.id()))) }
        )
        routes.api(
            .get,
            "/events/{id}/handling",
            .read,
            Operation(
                id: "listHandling",
                summary: "What was done about an event, oldest first",
                answer: Schemas.page("HandlingStep")
            ),
            { call in
                let event = try await call.event(try call.id())
                return call.json(page: try await call.store.handlingSteps(event: event.id).map { JSON($0) })
            }
        )
        routes.api(
            .post,
            "/events/handling",
            .write,
            Operation(
                id: "handleEvents",
                summary: "Changes the handling of events: of those named, or of all that match",
                body: Schemas.object(
                    [
                        ("events", Schemas.list(Schemas.integer(1...Int64.max))), ("q", Schemas.text(2000)),
                        ("status", Schemas.handlingStatus), ("assignee", Schemas.text(64)),
                        ("comment", Schemas.text(4000)),
                    ],
                    required: [],
                    isClosed: true
                ),
                example: ["events": [1], "status": "progress", "assignee": "hana", "comment": "looking into it"],
                answer: Schemas.object([("handled", Schemas.number)])
            ),
            { call in .json(["handled": JSON(try await call.handle(call.body))]) }
        )
    }

    private static func list(_ call: Call) async throws -> Response {
        var query = call.query
        var search = EventSearch(try call.filter(&query))
        search.limit = Int(try query.int("limit", in: 1...1000) ?? 100)
        search.order = try query.choice("order", Order.self) == .oldest ? .oldestFirst : .newestFirst
        if let cursor = try query.string("cursor") { search.after = try EventCursor(text: cursor) }
        try query.finish()
        let page = try await call.search(search)
        return call.json(page: page.events.map { JSON($0) }, next: page.next?.text)
    }

    private static func export(_ call: Call) async throws -> Response {
        var query = call.query
        let filter = try call.filter(&query)
        let format = try query.choice("format", EventExport.Format.self) ?? .csv
        try query.finish()
        let export = EventExport(store: call.store, filter: filter, format: format) {
            try await call.standing() == .unchanged
        }
        return export.response(now: call.now)
    }

    private enum Order: CaseIterable { case newest, oldest }
}

extension Call {
    /// The filter of the parameter `q`, within what this person may see.
    func filter(_ parameters: inout Parameters, now: Timestamp? = nil) throws -> EventFilter {
        let text = try parameters.string("q", max: Parser.maximumLength) ?? ""
        let expression: Expression
        do { expression = try Parser.parse(text) } catch { throw Problem(error) }
        return .all([self.visible, EventFilter(expression, now: now ?? self.now)])
    }

    /// One event, if this person may see it.
    func event(_ id: Int64) async throws -> HandledEvent {
        let found = try await self.store.search(EventSearch(.all([.events([id]), self.visible]), limit: 1))
        guard let event = found.first else { throw Problem(404, "There is no event \(id).") }
        return event
    }

    /// Changes the handling of the events that parameters name; returns how many they were.
    func handle(_ given: Parameters) async throws -> Int {
        var body = given
        let ids = try body.ints("events", max: 1000)
        let hasQuery = body.has("q")
        let filter = hasQuery ? try self.filter(&body) : EventFilter.all([self.visible, .events(ids ?? [])])
        let assignee = try body.string("assignee", max: 64)
        let comment = try body.string("comment", max: 4000).flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        let change = HandlingChange(
            status: try body.choice("status", HandlingStatus.self),
            assignee: assignee,
            comment: comment
        )
        try body.finish()
        guard (ids != nil) != hasQuery else { throw Problem.bad("events", "name events, or send a query q") }
        guard change != HandlingChange() else { throw Problem.bad("status", "nothing is to be changed") }
        let events = try await self.limited { try await $0.identifiers(filter, limit: 10_000) }
        return try await self.store.handle(events, change, actor: try self.user.name, now: self.now) { count in
            let subject = events.count == 1 ? "event/\(events[0])" : "events (\(count))"
            return self.audit("event.handle", subject, after: JSON(change))
        }
    }

    func json(page items: [JSON], next: String? = nil) -> Response {
        self.json(["items": .array(items), "next": JSON(next)])
    }
}

extension JSON {
    init(_ change: HandlingChange) {
        self = [
            "status": JSON(change.status.map { "\($0)" }), "assignee": JSON(change.assignee),
            "comment": JSON(change.comment),
        ]
    }
}
