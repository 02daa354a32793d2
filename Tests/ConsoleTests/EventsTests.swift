import HTTPTypes
import Hummingbird
import Operations
import Store
import Synchronization
import Testing

@testable import Console

@Suite("Events")
struct EventsTests {
    @Test(
        "are found by a query",
        arguments: [
            ("", [5, 4, 3, 2, 1]), ("severity>=error", [4, 2]), ("severity!=info", [4, 3, 2]),
            ("host:web*", [5, 3, 1]),
            ("host:WEB1", [5, 1]), ("disk", [4, 2]), ("text:\"100%\"", [5]), ("text:d*k", [4, 2]),
            ("severity:critical OR host:web2", [4, 3]), ("NOT disk", [5, 3, 1]), ("handling:done", [3]),
            ("handling:none disk", [4, 2]), ("assignee:hana", [3]), ("server:node host:db*", [4, 2]),
            ("event:series-2", [2]),
            ("since:2023-11-14T22:13:24Z", [5, 4]), ("until:2023-11-14T22:13:22Z", [1]), ("type:good", []),
            ("text:\"' OR 1=1 --\"", []),
        ]
    )
    func query(text: String, expected: [Int64]) async throws {
        try await ConsoleHarness.run { console in
            let caller = try await Self.prepare(console)
            let answer = try await console.send(.get, "/api/v1/events?q=\(text.formEncoded)", as: caller)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.ids == expected)
        }
    }

    @Test("come page by page, each once, while others arrive")
    func paging() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            try await console.ingest(server, (1...25).map { .line($0, "line \($0)", at: Int64($0 / 3)) })
            let caller = try await console.key(try await console.user("r", .readonly), .read)
            var (seen, path): ([Int64], String?) = ([], "/api/v1/events?limit=10")
            while let next = path {
                let answer = try await console.send(.get, next, as: caller)
                seen += answer.ids
                try await console.ingest(server, [.line(100 + seen.count, "late", at: 9000)])
                path = answer.json?["next"].flatMap { if case .string(let text) = $0 { text } else { nil } }
                    .map { "/api/v1/events?limit=10&cursor=\($0)" }
            }
            #expect(seen == (1...25).reversed().map(Int64.init))
        }
    }

    @Test("are exported whole, and no field is a formula")
    func export() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            try await console.ingest(
                server,
                (1...1100).map { .line($0, $0 == 7 ? "=HYPERLINK(\"http://evil\"),\r\nx" : "line") }
            )
            let caller = try await console.key(try await console.user("r", .readonly), .read)
            let csv = try await console.send(.get, "/api/v1/events/export?format=csv", as: caller).text
            #expect(csv.contains("\"'=HYPERLINK(\"\"http://evil\"\"),\r\nx\""))
            let lines = try await console.send(.get, "/api/v1/events/export?format=jsonl", as: caller).text
            #expect(lines.split(separator: "\n").count == 1100)
            #expect(lines.split(separator: "\n").allSatisfy { JSON.decode(Array($0.utf8)) != nil })
        }
    }

    @Test("are exported for as long as the session or key counts, and no longer")
    func exportEnds() async throws {
        try await ConsoleHarness.run { console in
            try await console.ingest(try await console.server(), (1...1100).map { .line($0, "line") })
            let pages = Mutex(0)
            let export = EventExport(store: console.store, filter: .everything, format: .jsonl) {
                pages.withLock {
                    $0 += 1
                    return $0 <= 2
                }
            }
            let text = Mutex("")
            await #expect(throws: Problem.self) {
                try await export.response(now: .now).body.write(TextWriter { part in text.withLock { $0 += part } })
            }
            #expect(text.withLock { $0 }.split(separator: "\n").count == 1000)
        }
    }

    @Test("are handled, many at once, and it is remembered by whom")
    func handling() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            try await console.ingest(server, (1...3).map { .line($0, "line") })
            let caller = try await console.session(try await console.user("hana", .admin))
            let form =
                "csrf=\(caller.csrf)&events=1&events=3&status=progress&assignee=kenji&comment=on+it&back=%2Fevents"
            #expect(try await console.send(.post, "/events/handle", as: caller, form: form).status == 303)
            let open = try await console.send(.get, "/api/v1/events?q=handling:progress", as: caller)
            #expect(open.ids == [3, 1])
            let steps = try await console.send(.get, "/api/v1/events/3/handling", as: caller).text
            #expect(steps.contains("hana") && steps.contains("on it") && steps.contains("kenji"))
            #expect(try await console.store.audit(limit: 1).first?.action == "event.handle")
        }
    }

    @Test("are handled by what a query finds, be it on the page or not, within what one may see")
    func handlingByQuery() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            try await console.ingest(
                server,
                (1...250).map { .line($0, $0 % 2 == 0 ? "disk full" : "slow", at: Int64($0)) }
            )
            let caller = try await console.session(try await console.user("hana", .admin))
            let form = "csrf=\(caller.csrf)&q=disk&status=done&assignee=&comment=&back=%2Fevents%3Fq%3Ddisk"
            let answer = try await console.send(.post, "/events/handle", as: caller, form: form)
            #expect(answer.status == 303)
            #expect(answer.headers[.location] == "/events?q=disk&notice=handled")
            let done = try await console.send(.get, "/api/v1/events?q=handling:done&limit=1000", as: caller)
            #expect(done.ids == (1...125).reversed().map { $0 * 2 })
            #expect(try await console.store.audit(limit: 10).map(\.subject) == ["events (125)"])
            for wrong in ["q=disk&events=1&status=done", "q=severity%3E%3Dawful&status=done", "q=disk&status="] {
                let form = "csrf=\(caller.csrf)&\(wrong)"
                #expect(try await console.send(.post, "/events/handle", as: caller, form: form).status == 400)
            }
            let reader = try await console.session(try await console.user("reader", .readonly))
            let theirs = "csrf=\(reader.csrf)&q=slow&status=done"
            #expect(try await console.send(.post, "/events/handle", as: reader, form: theirs).status == 403)
            #expect(try await console.store.audit(limit: 10).count == 1)
        }
    }

    @Test("reach live pages as they arrive")
    func live() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            let live = LiveEvents(store: console.store)
            let messages = try await live.messages(.severity(in: [3]))
            try await console.ingest(server, [.line(1, "quiet"), .line(2, "loud", severity: .error)])
            for await message in messages {
                #expect(message.arrivals.digest.events.map(\.event.content.brief) == ["loud"])
                break
            }
            let missed = try await live.messages(.everything, after: 1)
            for await message in missed {
                #expect(message.arrivals.digest.events.map(\.event.content.brief) == ["loud"])
                break
            }
            await live.finish()
        }
    }

    @Test("say when they came late or from a clock that is ahead, in both languages, and only then")
    func punctuality() async throws {
        try await ConsoleHarness.run { console in
            let now = Timestamp.now
            let events = [0, -3600, 7260].enumerated().map { number, shift in
                var event = NewEvent.line(number, "line")
                event.time = now.advanced(seconds: Int64(shift))
                return event
            }
            try await console.ingest(try await console.server(), events)
            let caller = try await console.session(try await console.user("hana", .readonly))
            for (path, language, marks) in [
                ("/events", "en", ["arrived 1 h late", "clock 2 h 1 min ahead"]),
                ("/events", "ja", ["1時間遅れて到着", "時計が2時間 1分進んでいます"]),
                ("/events/missed?after=0", "en", ["arrived 1 h late", "clock 2 h 1 min ahead"]),
                ("/events/2", "en", ["arrived 1 h late"]),
            ] {
                let answer = try await console.send(.get, path, as: caller, headers: [.acceptLanguage: language])
                for mark in marks { #expect(answer.text.contains(mark), "\(path) \(language): \(mark)") }
                #expect(answer.text.matches(of: #/tag warn/#).count == marks.count)
            }
        }
    }

    @Test("are drawn once for all open pages of the same kind")
    func drawnOnce() {
        let arrivals = Arrivals(after: 0, last: 0, digest: .nothing, servers: [:])
        var drawn = 0
        for canWrite in [true, false, true, false] {
            let text = arrivals.text(for: .init(language: .english, canWrite: canWrite)) {
                drawn += 1
                return "\(canWrite)"
            }
            #expect(String(buffer: text) == "\(canWrite)")
        }
        #expect(drawn == 2)
    }

    @Test("are counted as they arrive")
    func tally() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            try await console.ingest(server, (1...9).map { .line($0, "line", severity: $0 < 4 ? .error : .info) })
            let tally = try await console.store.tally(since: Timestamp(nanoseconds: 0))
            #expect(tally.reduce(into: [:]) { $0[$1.severity, default: 0] += $1.count } == [.error: 3, .info: 6])
        }
    }

    private static func prepare(_ console: ConsoleHarness) async throws -> ConsoleHarness.Caller {
        let server = try await console.server()
        try await console.ingest(
            server,
            [
                .line(1, "all is well", at: 1), .line(2, "Disk full", severity: .error, host: "db1", at: 2),
                .line(3, "slow", severity: .warning, host: "web2", at: 3),
                .line(4, "disk gone", severity: .critical, host: "db2", at: 4), .line(5, "at 100% now", at: 5),
            ]
        )
        let change = HandlingChange(status: .done, assignee: "hana", comment: nil)
        _ = try await console.store.handle([3], change, actor: "hana", now: .now)
        return try await console.key(try await console.user("reader", .readonly), .read)
    }
}

/// Takes the body of an answer as text.
private struct TextWriter: ResponseBodyWriter {
    let take: @Sendable (String) -> Void

    mutating func write(_ buffer: ByteBuffer) async throws { self.take(String(buffer: buffer)) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension ConsoleHarness.Answer {
    var ids: [Int64] {
        guard case .array(let items)? = self.json?["items"] else { return [] }
        return items.compactMap { if case .number(let id)? = $0["id"] { id } else { nil } }
    }
}
