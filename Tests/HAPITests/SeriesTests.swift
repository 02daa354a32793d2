import HAPI
import Testing

/// Divided puts and fetches, as scripts of what comes in and what goes out.
@Suite struct SeriesTests {
    private func add(
        _ puts: inout DividedPuts<String, Int>,
        _ part: String,
        _ id: String,
        _ serial: Int,
        last: Bool = false,
        at now: Int = 0
    ) -> String {
        let info = DivideInfo(isLast: last, serialId: serial, requestId: id)
        switch puts.add(part, bytes: part.utf8.count, of: .putHosts, at: info, deadline: now + 90) {
        case .waiting: return "waiting"
        case .complete(let parts): return parts.joined()
        case .refused(let error): return error.problems.joined()
        }
    }

    @Test func partsInOrderBecomeOne() {
        var puts = DividedPuts<String, Int>()
        #expect(self.add(&puts, "a", "r", 0) == "waiting")
        #expect(self.add(&puts, "b", "r", 1) == "waiting")
        #expect(puts.bytes == 2)
        #expect(self.add(&puts, "c", "r", 2, last: true) == "abc")
        #expect(puts.count == 0)
        #expect(self.add(&puts, "x", "s", 0, last: true) == "x")
    }

    @Test func aPartOutOfOrderEndsItsSeriesAndNoOther() {
        var puts = DividedPuts<String, Int>()
        _ = self.add(&puts, "a", "r", 0)
        _ = self.add(&puts, "A", "other", 0)
        #expect(self.add(&puts, "c", "r", 2) == "divideInfo.serialId: Invalid serialId. expected: 1 actual: 2")
        #expect(self.add(&puts, "b", "r", 1) == "divideInfo.serialId: Invalid serialId. expected: 0 actual: 1")
        #expect(self.add(&puts, "B", "other", 1, last: true) == "AB")
    }

    @Test func aPartSentAgainCountsOnce() {
        var puts = DividedPuts<String, Int>()
        _ = self.add(&puts, "a", "r", 0)
        _ = self.add(&puts, "b", "r", 1)
        #expect(self.add(&puts, "b", "r", 1) == "waiting")
        #expect(puts.bytes == 2)
        #expect(self.add(&puts, "c", "r", 2, last: true) == "abc")
        _ = self.add(&puts, "a", "r", 0)
        #expect(self.add(&puts, "a", "r", 0) == "waiting")
        #expect(self.add(&puts, "b", "r", 1, last: true) == "ab")
    }

    @Test func whatIsOverdueIsForgotten() {
        var puts = DividedPuts<String, Int>()
        _ = self.add(&puts, "a", "r", 0, at: 0)
        _ = self.add(&puts, "a", "s", 0, at: 50)
        #expect(puts.nextDeadline == 90)
        #expect(puts.expire(at: 90) == 1)
        #expect(puts.count == 1)
        #expect(self.add(&puts, "b", "s", 1, last: true) == "ab")
    }

    @Test func memoryIsBounded() {
        var puts = DividedPuts<String, Int>(mostSeries: 2, mostBytes: 10)
        _ = self.add(&puts, "1234", "a", 0)
        _ = self.add(&puts, "1234", "b", 0)
        #expect(self.add(&puts, "1", "c", 0) == "divideInfo: too much is divided at a time")
        #expect(self.add(&puts, "123", "a", 1) == "divideInfo: too much is divided at a time")
        #expect(puts.count == 1)
        #expect(puts.bytes == 4)
    }

    @Test func fetchesAreAnsweredOnceOrExpire() throws {
        var fetches = PendingFetches<String, Int>(capacity: 2)
        let first = fetches.register("events", deadline: 10)
        let second = fetches.register("items", deadline: 20)
        #expect(fetches.register("more", deadline: 30) == nil)
        let id = try #require(first)
        #expect(UInt32(id) != nil)
        #expect(fetches.resolve("unknown", isLast: true, deadline: 0) == nil)
        #expect(fetches.resolve(id, isLast: false, deadline: 40) == "events")
        #expect(fetches.nextDeadline == 20)
        #expect(fetches.expire(at: 20) == ["items"])
        #expect(fetches.remove(try #require(second)) == nil)
        #expect(fetches.resolve(id, isLast: true, deadline: 0) == "events")
        #expect(fetches.resolve(id, isLast: true, deadline: 0) == nil)
    }
}
