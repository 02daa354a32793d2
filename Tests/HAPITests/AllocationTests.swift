import AllocationCounter
import HAPI
import JSONRPC
import Testing

/// The hot path asks for memory once in a while, never for each event.
///
/// What is compared are two messages of different length, so that whatever is needed once per message falls out.
@Suite struct AllocationTests {
    private static let more = 900
    #if DEBUG
    /// A build that is not optimised keeps the context of one closure on the heap for each time stamp written.
    private static let unoptimised = 1
    #else
    private static let unoptimised = 0
    #endif

    /// Texts of 16 bytes and more live on the heap; this event has three of them, one with an escape.
    private static func event(_ number: Int) -> Event {
        Event(
            eventId: "01JDGZ4Q7M5V8K2T-\(1_000_000_000 + number)",
            time: TimeStamp(seconds: 1_793_363_696 + Int64(number)),
            type: .bad,
            triggerId: "trigger-\(number)",
            status: .notGood,
            severity: .error,
            hostId: "host-\(number)",
            hostName: "node-\(1000 + number).example.internal",
            brief: "the disk below \"/var\" is nearly full, number \(number)"
        )
    }

    /// How many more allocations the work needs for a thousand events than for a hundred.
    private static func allocationsOfMoreEvents(_ work: ([Event]) throws -> Void) rethrows -> Int {
        let (few, many) = ((0..<100).map(self.event), (0..<100 + self.more).map(self.event))
        func count(_ events: [Event]) throws -> Int {
            // Once in vain, so that what is made at first use is there.
            try work(events)
            let before = allocations_of_this_thread()
            try work(events)
            return Int(allocations_of_this_thread() - before)
        }
        return try count(many) - count(few)
    }

    private static func request(_ events: [Event]) -> [UInt8] { PutEvents(events: events).request(id: 1) }

    private static func params(_ request: [UInt8]) -> JSONValue? {
        guard case .request(let call, id: _) = Message(parsing: request) else { return nil }
        return call.params
    }

    @Test func theCounterCounts() {
        let before = allocations_of_this_thread()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(100_000)
        #expect(allocations_of_this_thread() > before)
        withExtendedLifetime(bytes) {}
    }

    @Test func writingAllocatesNothingPerEvent() {
        var writer = PutEventsWriter()
        let more = Self.allocationsOfMoreEvents { events in
            for event in events { writer.append(event) }
            _ = writer.finish()
        }
        #expect(more < Self.unoptimised * Self.more + 20, "\(Self.more) more events, \(more) more allocations")
    }

    /// For how many bytes the work asks when it is done for the second time.
    private static func bytesOnceMore(_ work: () -> Void) -> Int {
        work()
        let before = bytes_allocated_by_this_thread()
        work()
        return Int(bytes_allocated_by_this_thread() - before)
    }

    @Test func theNextParamsNeedOnlyTheirOwnSpace() {
        let event = Self.event(1)
        var writer = PutEventsWriter()
        var size = 0
        // Once in vain, so that the writer has its space.
        let bytes = Self.bytesOnceMore {
            for _ in 0..<PutEvents.mostEvents { writer.append(event) }
            size = writer.finish().count
        }
        let perEvent = Self.unoptimised * PutEvents.mostEvents * 100
        #expect(bytes < size + size / 2 + perEvent, "\(bytes) bytes for params of \(size)")
    }

    @Test func theNextRequestNeedsNoSpace() {
        let params = [UInt8](repeating: UInt8(ascii: "1"), count: 500_000)
        var request: [UInt8] = []
        let bytes = Self.bytesOnceMore {
            request.removeAll(keepingCapacity: true)
            Envelope.appendRequest(method: "m", params: params.span, id: .number(1), to: &request)
        }
        #expect(request.count > params.count)
        #expect(bytes < params.count / 2, "\(bytes) bytes for a request of \(request.count)")
    }

    @Test func readingAMessageAsViewsAllocatesNothingPerEvent() throws {
        var requests: [Int: [UInt8]] = [:]
        for count in [100, 100 + Self.more] { requests[count] = Self.request((0..<count).map(Self.event)) }
        let more = try Self.allocationsOfMoreEvents { events in
            let batch = try EventBatch.decode(Self.params(requests[events.count] ?? [])).value
            var bytes = 0
            for index in 0..<batch.count { bytes += batch[index].brief.count + batch[index].eventId.count }
            #expect(bytes > 0)
        }
        #expect(more < 40, "\(Self.more) more events, \(more) more allocations")
    }

    @Test func readingAMessageAsValuesAllocatesTheStringsThatAreKept() throws {
        var requests: [Int: [UInt8]] = [:]
        for count in [100, 100 + Self.more] { requests[count] = Self.request((0..<count).map(Self.event)) }
        let more = try Self.allocationsOfMoreEvents { events in
            let put = try PutEvents.decode(Self.params(requests[events.count] ?? [])).value
            #expect(put.events.count == events.count)
        }
        #expect(more < 3 * Self.more + 40, "\(Self.more) more events with three texts each, \(more) more allocations")
    }
}
