import Store
import Testing

@Suite("Registered servers")
struct RegistryTests {
    static func server(_ name: String, queue: String? = nil) -> MonitoringServer {
        MonitoringServer(
            nickname: name,
            type: "d91ba1cb-a64a-4072-b2b8-2f91bcae1818",
            broker: .init(
                url: BrokerURL("amqps://user:se%40cret@broker/v"),
                queue: queue ?? name,
                certificateAuthority: "/ca.pem",
                certificate: "/cert.pem",
                key: "/key.pem",
                verifiesPeer: false,
                queueType: "quorum"
            ),
            settings: ArmSettings(
                url: "u",
                userName: "n",
                password: "p",
                pollingInterval: 1,
                retryInterval: 2,
                extendedInfo: "x"
            )
        )
    }

    @Test("a server comes back as it was given, and each change is counted")
    func roundTrip() async throws {
        let temporary = try TemporaryStore()
        let other = try temporary.another()
        let before = try await other.registryRevision()
        var server = Self.server("node")
        server.id = try await temporary.store.add(server)
        #expect(try await other.server(server.id) == server)
        server.settings.pollingInterval = 60
        server.nickname = "renamed"
        try await temporary.store.update(server)
        #expect(try await other.servers() == [server])
        #expect(try await other.registryRevision() == before + 2)
        try other.close()
    }

    @Test("names and queues are unique, but free again after a removal; ids are not")
    func unique() async throws {
        let temporary = try TemporaryStore()
        let first = try await temporary.store.add(Self.server("a"))
        await #expect(throws: StoreError(.refused, stage: "", reason: "")) {
            try await temporary.store.add(Self.server("a", queue: "b"))
        }
        await #expect(throws: StoreError(.refused, stage: "", reason: "")) {
            try await temporary.store.add(Self.server("b", queue: "a"))
        }
        try await temporary.store.remove(first)
        await #expect(throws: StoreError(.notFound, stage: "", reason: "")) { try await temporary.store.remove(first) }
        await #expect(throws: StoreError(.notFound, stage: "", reason: "")) { try await temporary.store.server(first) }
        _ = try await temporary.store.purgeRemovedServers()
        #expect(try await temporary.store.add(Self.server("a")) > first)
    }

    @Test("a removal takes everything of its server along, and nothing of others")
    func removal() async throws {
        let temporary = try TemporaryStore()
        let ids = [try await temporary.store.add(Self.server("a")), try await temporary.store.add(Self.server("b"))]
        for id in ids {
            for change in [
                .events((0..<50).map { EventTests.event($0) }), .hosts([Host(id: "h", name: "h")], .all),
                .report(ArmReport(status: .ok, received: Timestamp(nanoseconds: 0))),
            ] as [Change] {
                _ = try await temporary.store.ingest(Batch(server: id, change: change, lastInfo: "here"))
            }
        }
        try await temporary.store.remove(ids[0])
        #expect(try await temporary.store.purgeRemovedServers() == 50)
        #expect(try await temporary.store.count(EventQuery()) == 50)
        #expect(Set(try await temporary.store.hosts().map(\.server)) == [ids[1]])
        #expect(try await temporary.store.lastInfo(.event, server: ids[0]) == "")
        #expect(try await temporary.store.lastInfo(.event, server: ids[1]) == "here")
        let again = try await temporary.store.ingest(Batch(server: ids[1], change: .events([EventTests.event(3)])))
        #expect(again.duplicates == 1)
    }

    @Test("a server is never dumped with its passwords")
    func redaction() {
        let server = MonitoringServer(
            nickname: "n",
            type: "t",
            broker: .init(url: BrokerURL("amqps://user:secret@host/v"), queue: "q"),
            settings: ArmSettings(password: "secret")
        )
        var dumped = "\(server)"
        dump(server, to: &dumped)
        #expect(!dumped.contains("secret"))
    }
}
