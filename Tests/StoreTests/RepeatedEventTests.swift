import Store
import Testing

/// An event is a copy of another if its id and its content are the same; with the id alone, neither is lost.
@Suite("Events that come again")
struct RepeatedEventTests {
    private func put(_ store: MonitoringStore, _ events: [NewEvent]) async throws -> Receipt {
        try await store.ingest(Batch(server: 1, change: .events(events)))
    }

    private func changed(_ number: Int, _ change: (inout NewEvent) -> Void) -> NewEvent {
        var event = EventTests.event(number)
        change(&event)
        return event
    }

    @Test("another event of the same id is stored under an id of its own, once, and that is noticed")
    func otherContent() async throws {
        let temporary = try TemporaryStore()
        let originals = (1...5).map { EventTests.event($0) }
        _ = try await self.put(temporary.store, originals)
        let others = [
            self.changed(2) { $0.brief = "another line" },
            self.changed(3) { $0.time = Timestamp(nanoseconds: $0.time.nanoseconds + 1) },
            self.changed(4) { $0.extendedInfo = "more" },
            self.changed(5) { $0.severity = .critical },
        ]
        let receipt = try await self.put(temporary.store, [originals[0]] + others)
        #expect(receipt.stored == 4)
        #expect(receipt.duplicates == 1)
        #expect(receipt.notices == [.reused(id: originals[1].eventID, count: 4)])

        let again = try await self.put(temporary.another(), others + originals)
        #expect(again.stored == 0)
        #expect(again.duplicates == 9)
        #expect(again.notices == [])

        let stored = try await temporary.store.events(EventQuery(limit: 100)).map(\.content)
        #expect(stored.count == 9)
        for original in originals { #expect(stored.contains(original)) }
        for other in others {
            let found = stored.filter { $0.eventID.hasPrefix(other.eventID + "/") }
            #expect(found.map(\.brief) == [other.brief])
            #expect(found.map(\.time) == [other.time])
        }
    }

    @Test("two agents that go on with the same numbers lose nothing, in whatever order their batches come")
    func clones() async throws {
        let temporary = try TemporaryStore()
        var expected: Set<String> = []
        var conflicts = 0
        for batch in 0..<10 {
            for agent in ["one", "two"] {
                let events = (batch * 10..<batch * 10 + 10).map { number in
                    self.changed(number) {
                        $0.brief = "\(agent) \(number)"
                        // Of every second pair of lines not even the times differ.
                        if number % 2 == 0 {
                            $0.time = Timestamp(nanoseconds: $0.time.nanoseconds + Int64(agent.count))
                        }
                    }
                }
                expected.formUnion(events.map(\.brief))
                let receipt = try await self.put(temporary.store, events)
                for case .reused(_, let count) in receipt.notices { conflicts += count }
                #expect(try await self.put(temporary.store, events).stored == 0)
            }
        }
        let stored = try await temporary.store.events(EventQuery(limit: 1000)).map(\.content.brief)
        #expect(stored.count == 200)
        #expect(Set(stored) == expected)
        #expect(conflicts == 100)
    }

    @Test("many events of one time are told apart")
    func oneTime() async throws {
        let temporary = try TemporaryStore()
        let events = (1...3000).map { number in self.changed(number) { $0.time = Timestamp(nanoseconds: 5) } }
        _ = try await self.put(temporary.store, events)
        #expect(try await self.put(temporary.store, events).stored == 0)
        let other = self.changed(1) {
            $0.time = Timestamp(nanoseconds: 5)
            $0.brief = "other"
        }
        #expect(try await self.put(temporary.store, [other]).stored == 1)
    }

    @Test("what its trigger has completed is a copy, also when the trigger has changed since")
    func completed() async throws {
        let temporary = try TemporaryStore()
        var trigger = Trigger(
            id: "t",
            status: .ng,
            severity: .critical,
            lastChange: Timestamp(nanoseconds: 0),
            hostID: "h",
            hostName: "name",
            brief: "disk full",
            extendedInfo: "more"
        )
        let event = self.changed(1) {
            $0.triggerID = "t"
            $0.brief = ""
            $0.severity = .unknown
        }
        for brief in ["disk full", "disk very full"] {
            trigger.brief = brief
            _ = try await temporary.store.ingest(Batch(server: 1, change: .triggers([trigger], .all, scope: nil)))
            _ = try await self.put(temporary.store, [event])
        }
        #expect(try await temporary.store.events(EventQuery()).map(\.content.brief) == ["disk full"])
    }

    @Test("a copy of what retention has deleted stays away")
    func deleted() async throws {
        let temporary = try TemporaryStore()
        let events = (1...10).map { EventTests.event($0) }
        _ = try await self.put(temporary.store, events)
        _ = try await temporary.store.prune(before: events[5].time)
        let receipt = try await self.put(temporary.store, events)
        #expect(receipt.stored == 0)
        #expect(receipt.duplicates == 10)
        #expect(receipt.notices == [])
    }
}
