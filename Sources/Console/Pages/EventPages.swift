internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Query
internal import Store

/// The list of events, live; one event; and their handling.
enum EventPages {
    private static let pageSize = 100
    private static let presets = [
        ("presetAll", ""), ("presetOpen", "handling:none severity>=warning"), ("presetErrors", "severity>=error"),
        ("presetHour", "since:-1h"), ("presetDay", "since:-1d"),
    ]

    static func register(_ routes: inout Routes) {
        routes.page(.get, "/events", .read, self.list)
        routes.page(.get, "/events/{id}", .read, self.show)
        routes.page(.post, "/events/handle", .write, self.handle)
    }

    private static func list(_ call: Call) async throws -> Response {
        var query = call.query
        let text = try query.string("q", max: 4000) ?? ""
        var values: [String: Any] = [
            "q": text, "qEncoded": text.formEncoded, "hasQuery": !text.isEmpty, "chips": Self.chips(text),
            "hasError": false, "isLive": false,
            "presets": Self.presets.map { name, preset in
                [
                    "label": call.text(name), "href": preset.isEmpty ? "/events" : "/events?q=" + preset.formEncoded,
                    "isCurrent": preset == text,
                ] as [String: Any]
            },
            "handlings": call.options(["none", "hold", "progress", "done"], "handling", selected: ""),
        ]
        let names = try await call.serverNames()
        // Read before the events, so that what arrives in between is told by the live page.
        values["arrival"] = try await call.store.lastArrival()
        do {
            let expression = try Parser.parse(text)
            var search = EventSearch(
                .all([call.visible, EventFilter(expression, now: call.now)]),
                limit: Self.pageSize
            )
            let cursor = try query.string("cursor")
            if let cursor { search.after = try EventCursor(text: cursor) }
            let page = try await call.search(search)
            values["events"] = page.events.map { call.view($0, names) }
            values["isEmpty"] = page.events.isEmpty && !page.isBrokenOff
            values["isBrokenOff"] = page.isBrokenOff
            values["searchedTo"] = page.next?.time.description ?? ""
            values["searchedToText"] = page.next?.time.short ?? ""
            values["isLive"] = cursor == nil
            values["isLater"] = cursor != nil
            values["hasNext"] = page.next != nil && !page.isBrokenOff
            values["next"] = page.next?.text ?? ""
        } catch let error as QueryError {
            let scalars = text.unicodeScalars
            let split = scalars.index(scalars.startIndex, offsetBy: min(error.position, scalars.count))
            values["hasError"] = true
            values["error"] = call.explain(error)
            values["before"] = String(text[..<split])
            values["after"] = text[split...].isEmpty ? " " : String(text[split...])
        }
        return call.page("events", "events", values)
    }

    /// The conditions of a query, each with the query that is left without it.
    private static func chips(_ text: String) -> [[String: Any]] {
        guard let chips = try? Parser.parse(text).chips, !chips.isEmpty else { return [] }
        return chips.indices.map { index in
            var rest = chips
            let chip = rest.remove(at: index)
            return ["text": chip.description, "without": Expression.all(rest).description.formEncoded]
        }
    }

    private static func show(_ call: Call) async throws -> Response {
        let event = try await call.event(try call.id())
        let names = try await call.serverNames()
        var values = call.view(event, names)
        let content = event.event.content
        values["eventId"] = content.eventID
        values["triggerId"] = content.triggerID
        values["hasTrigger"] = !content.triggerID.isEmpty
        values["extendedInfo"] = content.extendedInfo
        values["hasExtendedInfo"] = !content.extendedInfo.isEmpty
        let name = content.hostName.isEmpty ? content.hostID : content.hostName
        values["hasHost"] = !name.isEmpty
        values["hostQuery"] = "host:\(Query.Pattern(literal: name))".formEncoded
        values["handlings"] = call.options(
            ["none", "hold", "progress", "done"],
            "handling",
            selected: "\(event.handling.status)"
        )
        values["steps"] = try await call.store.handlingSteps(event: event.id).map(call.view)
        values["neighbours"] = try await self.neighbours(of: event, call).map { neighbour in
            call.view(neighbour, names).merging(["isThis": neighbour.id == event.id]) { $1 }
        }
        return call.page("event", "events", values, title: String(content.brief.prefix(80)))
    }

    /// What came shortly before and after, on the same host when there is one.
    private static func neighbours(of event: HandledEvent, _ call: Call) async throws -> [HandledEvent] {
        var filter = [call.visible]
        if !event.event.content.hostID.isEmpty {
            filter.append(.host(server: event.event.server, id: event.event.content.hostID))
        }
        var search = EventSearch(.all(filter), limit: 5)
        search.after = event.event.cursor
        let earlier = try await call.search(search).events
        search.order = .oldestFirst
        let later = try await call.search(search).events
        return later.reversed() + [event] + earlier
    }

    private static func handle(_ call: Call) async throws -> Response {
        var form = try call.form
        let back = try form.string("back", max: 2000) ?? "/events"
        // A form sends what was left empty too; that means "as it is".
        var members: [JSON.Member] = []
        if let ids = try form.ints("events", max: 1000) {
            members.append(.init(name: "events", value: .array(ids.map { .number($0) })))
        }
        if let q = try form.string("q", max: 2000) { members.append(.init(name: "q", value: .string(q))) }
        if let status = try form.string("status"), !status.isEmpty {
            members.append(.init(name: "status", value: .string(status)))
        }
        if let assignee = try form.string("assignee"), !assignee.isEmpty {
            members.append(.init(name: "assignee", value: .string(assignee == "-" ? "" : assignee)))
        }
        if let comment = try form.string("comment", max: 4000), !comment.isEmpty {
            members.append(.init(name: "comment", value: .string(comment)))
        }
        try form.finish()
        _ = try await call.handle(Parameters(members))
        let separator = back.contains("?") ? "&" : "?"
        return .see(Call.local(back) + (back.contains("notice=") ? "" : separator + "notice=handled"))
    }
}

extension Call {
    fileprivate func view(_ step: HandlingStep) -> [String: Any] {
        [
            "time": step.time.description, "timeText": step.time.short, "actor": step.actor,
            "hasStatus": step.change.status != nil,
            "statusText": step.change.status.map { self.text("handling.\($0)") } ?? "",
            "hasAssignee": step.change.assignee != nil, "assignee": step.change.assignee ?? "",
            "hasComment": step.change.comment != nil, "comment": step.change.comment ?? "",
        ]
    }

    /// What is wrong with a query, in the reader's language.
    fileprivate func explain(_ error: QueryError) -> String {
        guard self.language == .japanese else { return error.reason }
        return switch error.problem {
        case .tooLong(let limit): "検索式は\(limit)文字までです。"
        case .tooDeep(let limit): "括弧とNOTの入れ子は\(limit)段までです。"
        case .tooManyConditions(let limit): "条件は\(limit)個までです。"
        case .unclosedQuote: "引用符が閉じられていません。"
        case .unclosedBracket: "括弧が閉じられていません。"
        case .unexpected(let text): "「\(text)」はここには書けません。"
        case .conditionMissing: "ここに条件が必要です。"
        case .unknownField(let name): "「\(name)」という項目はありません。"
        case .valueMissing(let field): "\(field) の値がありません。"
        case .badOperator(let field, let sign): "\(field) は「\(sign)」では比較できません。"
        case .badValue(let field, let value, _): "「\(value)」は \(field) の値ではありません。"
        }
    }
}
