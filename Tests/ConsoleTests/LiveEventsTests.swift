import HTTPTypes
import Logging
import Operations
import Store
import TestSupport
import Testing

@testable import Console

@Suite("Open pages", .timeLimit(.minutes(5)))
struct LiveEventsTests {
    @Test("are all told everything, however many there are")
    func everyone() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            let live = LiveEvents(store: console.store)
            var streams: [AsyncStream<LiveEvents.Message>] = []
            for _ in 0..<100 { streams.append(try await live.messages(.everything)) }
            try await console.ingest(server, (1...3).map { .line($0, "line") })
            for stream in streams { #expect(try await Self.ids(stream, count: 3) == [1, 2, 3]) }
            await live.finish()
        }
    }

    @Test("get what they missed between being drawn and being told")
    func missed() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            let live = LiveEvents(store: console.store)
            try await console.ingest(server, (1...5).map { .line($0, "line") })
            for arrival: Int64 in [0, 3] {
                let stream = try await live.messages(.everything, after: arrival)
                #expect(try await Self.ids(stream, count: Int(5 - arrival)) == Array(arrival + 1...5))
            }
            await live.finish()
        }
    }

    @Test("are told the worst of a burst, and how many others there were where")
    func burst() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            let live = LiveEvents(store: console.store)
            let stream = try await live.messages(.everything)
            let noise = (2...401).map { NewEvent.line($0, "noise", at: Int64($0)) }
            try await console.ingest(server, [.line(1, "power failure", severity: .emergency)] + noise)
            for await message in stream {
                let digest = message.arrivals.digest
                #expect(digest.count == 401)
                #expect(digest.events.count == LiveEvents.limit)
                #expect(digest.events.last?.id == 1)
                #expect(digest.gaps.map(\.count) == [351])
                break
            }
            let missed = try await live.missed(.everything, after: 0)
            #expect(missed.digest.count == 401 && missed.last == 401)
            await live.finish()
        }
    }

    @Test("are told so that each message begins where the one before ended, signs of life included")
    func chain() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            try await console.ingest(server, [.line(1, "before")])
            let live = LiveEvents(store: console.store)
            let stream = try await live.messages([
                .init(filter: .everything, after: 0), .init(filter: .severity(in: [5]), after: 0),
            ])
            let heart = Task { await live.keepAlive(every: .milliseconds(20)) }
            var (known, found, next): ([Int64], Int, Int) = ([0, 0], 0, 2)
            for await message in stream {
                #expect(message.arrivals.after == known[message.subscription])
                known[message.subscription] = message.arrivals.last
                found += message.arrivals.digest.count
                if known == [40, 40] { break }
                // One for each message, so that events come between all the signs of life.
                guard next <= 40 else { continue }
                try await console.ingest(server, [.line(next, "line")])
                next += 1
            }
            #expect(found == 40)
            heart.cancel()
            await live.finish()
        }
    }

    @Test("share a stream, each with its own query and what it missed")
    func subscriptions() async throws {
        try await ConsoleHarness.run { console in
            try await console.ingest(try await console.server(), [.line(1, "apple"), .line(2, "pear")])
            let text = try await Self.streamed("/events/stream?q=apple&after=0&q=pear&after=0", console)
            #expect(text.contains(#/event: events\ndata: 0\ndata: .*apple/#), "\(text)")
            #expect(text.contains(#/event: events\ndata: 1\ndata: .*pear/#), "\(text)")
        }
    }

    @Test(
        "refuse what makes no sense",
        arguments: ["q=a&q=b&after=1", "q=severity%3E%3Dawful", "after=1&after=2", "other=1"]
    )
    func refusal(query: String) async throws {
        try await ConsoleHarness.run { console in
            let caller = try await console.session(try await console.user("hana", .readonly))
            #expect(try await console.send(.get, "/events/stream?\(query)", as: caller).status == 400)
        }
    }

    /// What a stream sends that the server ends as soon as it is open.
    private static func streamed(_ path: String, _ console: ConsoleHarness) async throws -> String {
        let caller = try await console.session(try await console.user("hana", .readonly))
        async let page = console.send(.get, path, as: caller)
        try await self.waitForPage(of: console)
        await console.site.live.finish()
        return try await page.text
    }

    /// Waits until a page is open; from then on it is told everything.
    private static func waitForPage(of console: ConsoleHarness) async throws {
        try await eventually("an open page") { console.site.metrics.livePages == 1 }
    }

    @Test("ask for what they missed")
    func asking() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            try await console.ingest(server, (1...60).map { .line($0, "line", at: Int64($0)) })
            let caller = try await console.session(try await console.user("hana", .readonly))
            let missed = try await console.send(.get, "/events/missed?q=line&after=5", as: caller)
            #expect(missed.json?["count"] == 55 && missed.json?["last"] == 60)
            guard case .array(let rows)? = missed.json?["rows"], case .array(let gaps)? = missed.json?["gaps"] else {
                Issue.record("\(missed.text)")
                return
            }
            #expect(rows.count == 50 && gaps.count == 1)
            #expect(gaps.first?["count"] == 5 && gaps.first?["id"] == 10 && gaps.first?["endId"] == 6)
            // The numbers of a page that is older than the store it asks.
            let strange = try await console.send(.get, "/events/missed?q=line&after=1000", as: caller)
            #expect(strange.json?["isTooMuch"] == true)
            #expect(try await console.send(.get, "/events/missed?q=line", as: caller).status == 400)
        }
    }

    @Test("know their sessions, asked for together, until they end")
    func sessions() async throws {
        try await ConsoleHarness.run { console in
            let user = try await console.user("hana", .readonly, hostGroups: ["db"])
            let hash = Secret.hash(try await console.session(user).cookie)
            let prompt = OpenProofs(store: console.store, age: .zero)
            let late = OpenProofs(store: console.store, age: .seconds(3600))
            for sessions in [prompt, late] {
                let session = try #require(try await sessions.session(hash: hash))
                #expect(session.user.hostGroups == ["db"])
                #expect(session.csrf == (try await console.store.session(hash: hash)?.csrf))
                #expect(try await sessions.session(hash: Secret.hash("another")) == nil)
            }
            try await console.store.closeSession(hash: hash)
            #expect(try await prompt.session(hash: hash) == nil)
            #expect(try await late.session(hash: hash) != nil, "the store is not asked again so soon")
            let next = Secret.hash(try await console.session(user).cookie)
            #expect(try await late.session(hash: next) != nil, "what was made since is known at once")
        }
    }

    @Test("end with their session, and begin anew when somebody may see something else", arguments: [false, true])
    func standing(isEnded: Bool) async throws {
        var configuration = ConsoleConfiguration()
        configuration.sessionCheck = .zero
        try await ConsoleHarness.run(configuration: configuration) { console in
            let server = try await console.server()
            let id = try await console.user("hana", .readonly)
            let caller = try await console.session(id)
            async let page = console.send(.get, "/events/stream?after=0", as: caller)
            try await Self.waitForPage(of: console)
            if isEnded {
                try await console.store.closeSession(hash: Secret.hash(caller.cookie))
            } else {
                var user = try await console.store.user(id)
                user.hostGroups = ["db"]
                try await console.store.update(user)
            }
            // The next message brings it to light.
            try await console.ingest(server, [.line(1, "secret")])
            let answer = try await page
            #expect(answer.text.contains("event: signed-out") == isEnded)
        }
    }

    /// What becomes of a key whose page is open.
    enum KeyChange: CaseIterable { case removed, ownerRemoved, ownerSeesLess }

    @Test("end with their key, and begin anew when its owner may see something else", arguments: KeyChange.allCases)
    func standingOfKeys(_ change: KeyChange) async throws {
        var configuration = ConsoleConfiguration()
        configuration.sessionCheck = .zero
        try await ConsoleHarness.run(configuration: configuration) { console in
            let server = try await console.server()
            let id = try await console.user("wall", .readonly)
            let caller = try await console.key(id, .read)
            let key = try #require(try await console.store.apiKeys().first { $0.user == id })
            async let page = console.send(.get, "/events/stream?after=0", as: caller)
            try await Self.waitForPage(of: console)
            switch change {
            case .removed: try await console.store.removeAPIKey(key.id)
            case .ownerRemoved: try await console.store.removeUser(id)
            case .ownerSeesLess:
                var user = try await console.store.user(id)
                user.hostGroups = ["db"]
                try await console.store.update(user)
            }
            // The next message brings it to light.
            try await console.ingest(server, [.line(1, "secret")])
            let answer = try await page
            #expect(answer.status == 200)
            #expect(answer.text.contains("event: signed-out") == (change != .ownerSeesLess))
        }
    }

    @Test("end when their key expires")
    func expiry() async throws {
        try await ConsoleHarness.run { console in
            let id = try await console.user("wall", .readonly)
            let expires = Timestamp.now.advanced(seconds: 3600)
            _ = try await console.key(id, .read, expires: expires)
            let site = try Site(
                store: console.store,
                configuration: ConsoleConfiguration(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let proof = Identity.Proof.key(id: try #require(try await console.store.apiKeys().first).id)
            #expect(try await site.holder(of: proof, now: expires.advanced(seconds: -1))?.user.id == id)
            #expect(try await site.holder(of: proof, now: expires) == nil)
        }
    }

    /// The numbers of the first so many events that a page is told of, in order.
    private static func ids(_ stream: AsyncStream<LiveEvents.Message>, count: Int) async throws -> [Int64] {
        var ids: Set<Int64> = []
        for await message in stream {
            ids.formUnion(message.arrivals.digest.events.map(\.id))
            if ids.count >= count { break }
        }
        return ids.sorted()
    }
}
