import Store
import Testing

@Suite("Hosts, groups, triggers and items")
struct InventoryTests {
    private func put(
        _ temporary: TemporaryStore,
        _ change: Change,
        server: Int64 = 1,
        lastInfo: String? = nil
    ) async throws {
        _ = try await temporary.store.ingest(Batch(server: server, change: change, lastInfo: lastInfo))
    }

    private func host(_ id: String, _ name: String? = nil) -> Host { Host(id: id, name: name ?? "name of \(id)") }

    private func trigger(_ id: String, host: String = "h", _ status: TriggerStatus = .ok) -> Trigger {
        Trigger(
            id: id,
            status: status,
            severity: .warning,
            lastChange: Timestamp(nanoseconds: 5),
            hostID: host,
            hostName: "name of \(host)",
            brief: "brief of \(id)",
            extendedInfo: "more"
        )
    }

    private func item(_ id: String, host: String = "h", groups: [String] = []) -> Item {
        Item(
            id: id,
            hostID: host,
            brief: "b",
            lastValueTime: Timestamp(nanoseconds: 1),
            lastValue: "1",
            groups: groups,
            unit: "s"
        )
    }

    @Test("ALL removes the hosts it does not name, renames, and brings back; UPDATED adds")
    func hosts() async throws {
        let temporary = try TemporaryStore()
        try await self.put(temporary, .hosts([self.host("a"), self.host("b")], .all))
        try await self.put(temporary, .hosts([self.host("a")], .all), server: 2)
        try await self.put(temporary, .hosts([self.host("b", "renamed"), self.host("c")], .all))
        #expect(try await temporary.store.hosts(server: 1).map(\.host) == [self.host("b", "renamed"), self.host("c")])
        let everything = try await temporary.store.hosts(server: 1, includingRemoved: true)
        #expect(everything.map(\.state) == [.removed, .listed, .listed])
        #expect(try await temporary.store.hosts(server: 2).count == 1, "another server's hosts are its own")
        try await self.put(temporary, .hosts([self.host("a")], .updated))
        #expect(try await temporary.store.hosts(server: 1).map(\.host.id) == ["a", "b", "c"])
        try await self.put(temporary, .hosts([], .all))
        #expect(try await temporary.store.hosts(server: 1).isEmpty)
    }

    @Test("a host seen in events is registered ad hoc, until its arm lists it; an empty name is its id")
    func adHoc() async throws {
        let temporary = try TemporaryStore()
        try await self.put(temporary, .events([EventTests.event(1, host: "web")]))
        #expect(try await temporary.store.hosts().map(\.state) == [.adHoc])
        try await self.put(temporary, .hosts([self.host("other")], .all))
        #expect(try await temporary.store.hosts().map(\.state) == [.listed, .adHoc])
        try await self.put(temporary, .hosts([Host(id: "web", name: "")], .updated))
        #expect(try await temporary.store.hosts().map(\.state) == [.listed, .listed])
        #expect(try await temporary.store.hosts().last?.host.name == "web")
    }

    @Test("a membership says all groups of its host; ALL empties the hosts it does not name")
    func memberships() async throws {
        let temporary = try TemporaryStore()
        try await self.put(temporary, .hosts([self.host("a"), self.host("b")], .all))
        try await self.put(
            temporary,
            .hostGroups([HostGroup(id: "1", name: "one"), HostGroup(id: "2", name: "two")], .all)
        )
        let first = [
            HostMembership(hostID: "a", groupIDs: ["1", "2"]), HostMembership(hostID: "b", groupIDs: ["1", "3"]),
        ]
        try await self.put(temporary, .hostMemberships(first, .all))
        #expect(try await temporary.store.hosts().map(\.groups) == [["one", "two"], ["3", "one"]])
        try await self.put(temporary, .hostMemberships([HostMembership(hostID: "a", groupIDs: ["2"])], .updated))
        #expect(try await temporary.store.hosts().map(\.groups) == [["two"], ["3", "one"]])
        try await self.put(temporary, .hostMemberships([HostMembership(hostID: "a", groupIDs: ["1"])], .all))
        #expect(try await temporary.store.hosts().map(\.groups) == [["one"], []])
        try await self.put(temporary, .hostGroups([HostGroup(id: "1", name: "uno")], .all))
        #expect(try await temporary.store.hosts().map(\.groups) == [["uno"], []])
    }

    @Test("a child has one parent; an empty one ends the relation")
    func parents() async throws {
        let temporary = try TemporaryStore()
        try await self.put(temporary, .hosts([self.host("a"), self.host("b")], .all))
        let relations = [HostParent(childID: "a", parentID: "p"), HostParent(childID: "b", parentID: "p")]
        try await self.put(temporary, .hostParents(relations, .all))
        try await self.put(temporary, .hostParents(relations, .all))
        #expect(try await temporary.store.hosts().map(\.parent) == ["p", "p"])
        try await self.put(temporary, .hostParents([HostParent(childID: "a", parentID: "")], .updated))
        #expect(try await temporary.store.hosts().map(\.parent) == [nil, "p"])
        try await self.put(temporary, .hostParents([HostParent(childID: "a", parentID: "q")], .all))
        #expect(try await temporary.store.hosts().map(\.parent) == ["q", nil])
    }

    @Test("ALL replaces an arm's triggers and leaves the server's own; a scope limits it to hosts")
    func triggers() async throws {
        let temporary = try TemporaryStore()
        func stored() async throws -> [String] { try await temporary.store.triggers(server: 1).map(\.trigger.id) }
        try await self.put(temporary, .ownTriggers([self.trigger("_SELF_/arm", host: "_SELF_", .ng)]))
        try await self.put(temporary, .triggers([self.trigger("a"), self.trigger("b", host: "i")], .all, scope: nil))
        try await self.put(temporary, .triggers([self.trigger("c", host: "i")], .all, scope: ["i"]))
        #expect(try await stored() == ["_SELF_/arm", "a", "c"])
        try await self.put(temporary, .triggers([self.trigger("a", .ng)], .updated, scope: nil))
        #expect(try await temporary.store.triggers().map(\.trigger.status) == [.ng, .ng, .ok])
        try await self.put(temporary, .triggers([self.trigger("_SELF_/arm", .ok)], .all, scope: nil))
        #expect(
            try await temporary.store.triggers().map(\.trigger) == [self.trigger("_SELF_/arm", host: "_SELF_", .ng)]
        )
    }

    @Test("items are replaced, within the hosts asked about or as a whole, also by none")
    func items() async throws {
        let temporary = try TemporaryStore()
        func stored() async throws -> [Item] { try await temporary.store.items(server: 1).map(\.item) }
        let (a, b) = (self.item("a", groups: ["y", "x"]), self.item("b", host: "i"))
        try await self.put(temporary, .items([a, b], scope: nil))
        var expected = a
        expected.groups = ["x", "y"]
        #expect(try await stored() == [expected, b])
        try await self.put(temporary, .items([], scope: ["i"]))
        #expect(try await stored() == [expected])
        try await self.put(temporary, .items([], scope: nil))
        #expect(try await stored().isEmpty)
    }

    @Test("history is kept by time, ends included")
    func history() async throws {
        let temporary = try TemporaryStore()
        let samples = [3, 1, 2].map { Sample(time: Timestamp(nanoseconds: $0), value: "\($0)") }
        try await self.put(temporary, .history(item: "i", samples))
        try await self.put(temporary, .history(item: "i", [Sample(time: Timestamp(nanoseconds: 2), value: "two")]))
        let found = try await temporary.store.history(
            server: 1,
            item: "i",
            from: Timestamp(nanoseconds: 1),
            to: Timestamp(nanoseconds: 2)
        )
        #expect(found.map(\.value) == ["1", "two"])
    }

    @Test("the position is kept with a list that changes nothing, and not by an empty one")
    func lastInfo() async throws {
        let temporary = try TemporaryStore()
        for (info, expected) in [("1", "1"), ("2", "2"), ("", "2"), (nil, "2")] as [(String?, String)] {
            try await self.put(temporary, .hosts([self.host("a")], .all), lastInfo: info)
            #expect(try await temporary.store.lastInfo(.host, server: 1) == expected)
        }
        #expect(try await temporary.store.lastInfo(.trigger, server: 1) == "")
    }

    @Test("reports and links are the last ones; messages put aside are bounded in number and size")
    func arms() async throws {
        let temporary = try TemporaryStore()
        let id = try await temporary.store.add(RegistryTests.server("node"))
        var report = ArmReport(status: .ng, failureReason: "no route", received: Timestamp(nanoseconds: 1))
        try await self.put(temporary, .report(report), server: id)
        report.status = .ok
        report.lastSuccess = Timestamp(nanoseconds: 9)
        try await self.put(temporary, .report(report), server: id)
        let link = ArmLink(state: .established, since: Timestamp(nanoseconds: 2), peer: "arm", procedures: ["a", "b"])
        try await self.put(temporary, .link(link), server: id)
        let body = [UInt8](repeating: 7, count: 2 << 20)
        try await self.put(
            temporary,
            .putAside(reason: "large", body: body, received: Timestamp(nanoseconds: 3)),
            server: id
        )
        let status = try #require(try await temporary.store.armStatus(of: id))
        #expect(status.report == report)
        #expect(status.link == link)
        #expect(status.putAside == 1)
        let kept = try #require(try await temporary.store.putAside(server: id).first)
        #expect(kept.size == 2 << 20)
        #expect(kept.body.count == 1 << 20)
        for _ in 0..<1005 {
            temporary.store.submit(
                Batch(server: id, change: .putAside(reason: "small", body: [1], received: Timestamp(nanoseconds: 4)))
            ) { _ in }
        }
        try await self.put(temporary, .report(report), server: id)
        #expect(try await temporary.store.armStatus(of: id)?.putAside == 1000)
    }
}
