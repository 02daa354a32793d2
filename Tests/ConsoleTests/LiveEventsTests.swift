import HTTPTypes
import Logging
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
            let key = try await console.key(try await console.user("monitor", .readonly), .read)
            try await eventually("an open page") {
                try await console.send(.get, "/metrics", as: key).text.contains("hatohol_live_pages 1\n")
            }
            if isEnded {
                try await console.store.closeSession(hash: Secret.hash(caller.cookie))
            } else {
                var user = try await console.store.user(id)
                user.hostGroups = ["db"]
                try await console.store.update(user)
            }
            let feed = Task {
                for number in 1... {
                    try await console.ingest(server, [.line(number, "secret")])
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            let answer = try await page
            feed.cancel()
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
            let monitor = try await console.key(try await console.user("monitor", .readonly), .read)
            try await eventually("an open page") {
                try await console.send(.get, "/metrics", as: monitor).text.contains("hatohol_live_pages 1\n")
            }
            switch change {
            case .removed: try await console.store.removeAPIKey(key.id)
            case .ownerRemoved: try await console.store.removeUser(id)
            case .ownerSeesLess:
                var user = try await console.store.user(id)
                user.hostGroups = ["db"]
                try await console.store.update(user)
            }
            let feed = Task {
                for number in 1... {
                    try await console.ingest(server, [.line(number, "secret")])
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            let answer = try await page
            feed.cancel()
            #expect(answer.status == 200)
            #expect(answer.text.contains("event: signed-out") == (change != .ownerSeesLess))
        }
    }

    @Test("end when their key expires")
    func expiry() async throws {
        try await ConsoleHarness.run { console in
            let id = try await console.user("wall", .readonly)
            let expires = Timestamp.now().advanced(seconds: 3600)
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
            guard case .arrivals(let arrivals) = message else { continue }
            ids.formUnion(arrivals.events.map(\.id))
            if ids.count >= count { break }
        }
        return ids.sorted()
    }
}
