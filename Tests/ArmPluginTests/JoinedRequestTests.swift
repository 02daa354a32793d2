import ArmPlugin
import HAPI
import JSONRPC
import Spool
import Testing

/// Batches that wait together go out together, and what is refused is divided.
@Suite struct JoinedRequestTests {
    private let start = ContinuousClock.now

    /// Batches of the given sizes, numbered on from 1; each event takes about 450 bytes.
    private func batches(_ counts: [Int]) -> [SpooledBatch] {
        var encoder = BatchEncoder(spool: "S", sequence: 1)
        let text = String(repeating: "x", count: 300)
        return counts.flatMap { count in
            for _ in 0..<count {
                encoder.add(time: TimeStamp(seconds: 0), type: .bad) { $0.set(.extendedInfo, text) }
            }
            return encoder.take()
        }
    }

    /// An outbox that expectations can change.
    private final class Window {
        var outbox: Outbox

        init(_ batches: [SpooledBatch], requests: Int) {
            var policy = Outbox.Policy()
            policy.windowRequests = requests
            self.outbox = Outbox(after: 0, policy: policy)
            self.outbox.add(batches)
        }

        /// Hands out and publishes all that may go now.
        func send(at now: ContinuousClock.Instant) -> [EventRequest] {
            var sent: [EventRequest] = []
            while let request = self.outbox.next(at: now) {
                self.outbox.published(request.id, at: now)
                sent.append(request)
            }
            return sent
        }

        func answer(_ request: EventRequest, isSuccess: Bool, at now: ContinuousClock.Instant) -> Outbox.Outcome? {
            self.outbox.answered(.number(request.id), isSuccess: isSuccess, at: now)
        }

        func tooLarge(limit: Int?) -> Bool { self.outbox.tooLarge(limit: limit) }
    }

    private func window(_ counts: [Int], requests: Int = 16) -> Window {
        Window(self.batches(counts), requests: requests)
    }

    /// The batches that an answer ended.
    private func delivered(_ outcome: Outbox.Outcome?) -> [Int64]? {
        if case .delivered(_, let batches) = outcome { batches } else { nil }
    }

    private func bytes(_ request: EventRequest) -> Int { request.batches.reduce(0) { $0 + $1.payload.count } }

    private func sizes(_ requests: [EventRequest]) -> [Int] {
        requests.map { $0.batches.reduce(0) { $0 + $1.count } }
    }

    @Test func whatWaitsIsJoinedUpToAThousandEvents() {
        let window = self.window(Array(repeating: 1, count: 2500))
        let sent = window.send(at: self.start)
        #expect(self.sizes(sent) == [1000, 1000, 500])
        #expect(sent.flatMap { $0.batches.map(\.firstSequence) } == Array(1...2500))
    }

    @Test func bytesEndARequestToo() {
        let window = self.window(Array(repeating: 300, count: 6))
        let sent = window.send(at: self.start)
        #expect(sent.allSatisfy { $0.batches.count == 3 })
    }

    @Test func aLoneBatchDoesNotWaitAndTheWindowIsBounded() {
        let window = self.window([1], requests: 2)
        #expect(self.sizes(window.send(at: self.start)) == [1])
        window.outbox.add(self.batches([1, 1]))
        #expect(self.sizes(window.send(at: self.start)) == [1])
        window.outbox.add(self.batches(Array(repeating: 1, count: 10)))
        #expect(window.send(at: self.start).isEmpty)
    }

    /// What goes out next is read from the spool before an answer makes room for it.
    @Test func theWindowHoldsMoreThanWhatIsInFlight() {
        var outbox = Outbox(after: 0)
        outbox.add((1...16_000).map { SpooledBatch(firstSequence: $0, count: 1, payload: self.event($0)) })
        while let request = outbox.next(at: self.start) { outbox.published(request.id, at: self.start) }
        #expect(outbox.requestsInFlight == 16)
        #expect(outbox.room >= 1000)
    }

    private func event(_ number: Int64) -> [UInt8] {
        Array("{\"events\":[{\"eventId\":\"\(number)\"}],\"lastInfo\":\"\(number)\"}".utf8)
    }

    @Test func anAnswerCoversAllBatchesOfItsRequestAndAFailureNoOthers() {
        let window = self.window(Array(repeating: 1, count: 2000))
        let sent = window.send(at: self.start)
        let failed = window.answer(sent[0], isSuccess: false, at: self.start)
        guard case .postponed(first: 1, _) = failed else {
            Issue.record("\(String(describing: failed))")
            return
        }
        let done = window.answer(sent[1], isSuccess: true, at: self.start)
        #expect(self.delivered(done) == Array(1001...2000))
        let again = window.send(at: self.start + .seconds(1))
        #expect(again.flatMap { $0.batches.map(\.firstSequence) } == Array(1...1000))
    }

    @Test func whatWasJoinedMayBeJoinedOtherwiseAndALateAnswerCounts() {
        let window = self.window([600, 100])
        let first = window.send(at: self.start)
        #expect(self.sizes(first) == [700])
        window.outbox.disconnected()
        window.outbox.add(self.batches([600, 100, 300, 300]))
        let second = window.send(at: self.start)
        #expect(self.sizes(second) == [1000, 300])
        let late = window.answer(first[0], isSuccess: true, at: self.start)
        #expect(self.delivered(late) == [1, 601])
        let rest = window.answer(second[0], isSuccess: true, at: self.start)
        #expect(self.delivered(rest) == [701])
    }

    /// The server calls a request with one certain event invalid: the others are delivered, without a pause in between.
    @Test func theInvalidBatchIsFoundAmongAThousand() {
        let window = self.window(Array(repeating: 1, count: 1000))
        let invalid = ErrorObject.invalidParams(["events[0].time: bad"])
        var (delivered, requests) = (0, 0)
        var refused: [Int64] = []
        var now = self.start
        while !window.outbox.isEmpty, requests < 100 {
            for request in window.send(at: now) {
                requests += 1
                let isBad = request.batches.contains { $0.firstSequence == 777 }
                let outcome =
                    isBad
                    ? window.outbox.answered(.number(request.id), error: invalid, at: now)
                    : window.answer(request, isSuccess: true, at: now)
                switch outcome {
                case .delivered(let events, _): delivered += events
                case .refused(let batch, _, let batches):
                    #expect(batches == [batch.firstSequence])
                    refused.append(batch.firstSequence)
                case .divided: break
                case .postponed: now += .seconds(60)
                case nil: Issue.record("no outcome")
                }
            }
        }
        #expect(delivered == 999)
        #expect(refused == [777])
        #expect(requests < 30)
    }

    /// A queue that may hold 100,000 bytes and a broker that says so only by refusing.
    @Test func nackedAloneIsDividedUntilItFits() {
        let window = self.window([1000, 1000])
        var now = self.start
        var (events, names): (Int, [Int64]) = (0, [])
        for _ in 0..<1000 where !window.outbox.isEmpty {
            for request in window.send(at: now) {
                if self.bytes(request) > 100_000 {
                    window.outbox.undelivered(request.id, at: now)
                } else if case .delivered(let count, let batches) = window.answer(request, isSuccess: true, at: now) {
                    events += count
                    names += batches
                }
            }
            now += .seconds(1)
        }
        #expect(events == 2000)
        #expect(names == [1, 1001])
        #expect(now - self.start < .seconds(60))
        // What was learned holds for what comes next.
        window.outbox.add(self.batches([1000, 1000, 1000]))
        let next = window.send(at: now)
        #expect(next.allSatisfy { self.bytes($0) <= 100_000 })
        window.outbox.forgetLimits()
        window.outbox.disconnected()
        #expect(self.bytes(window.send(at: now)[0]) > 100_000)
    }

    @Test func aNackBesideOthersOnlySlowsDown() {
        let window = self.window([1000, 1000, 1000, 1000])
        let sent = window.send(at: self.start)
        window.outbox.undelivered(sent[3].id, at: self.start)
        for request in sent.dropLast() { _ = window.answer(request, isSuccess: true, at: self.start) }
        #expect(window.send(at: self.start).isEmpty)
        #expect(self.sizes(window.send(at: self.start + .seconds(1))) == [1000])
    }

    @Test func theSizeThatTheBrokerNamesIsKept() {
        let window = self.window([1000])
        _ = window.send(at: self.start)
        #expect(window.tooLarge(limit: 131_072))
        window.outbox.disconnected()
        let sent = window.send(at: self.start)
        #expect(sent.count > 3)
        #expect(sent.allSatisfy { self.bytes($0) <= 131_072 - 128 })
        #expect(!window.tooLarge(limit: 131_072))
    }

    /// One event that is larger than the broker takes does not hold up the others, and is not sent over and over.
    @Test func anEventThatCannotPassIsHeld() {
        let window = self.window([1, 1, 1])
        var encoder = BatchEncoder(spool: "S", sequence: 4)
        encoder.add(time: TimeStamp(seconds: 0), type: .bad) {
            $0.set(.extendedInfo, String(repeating: "y", count: 20_000))
        }
        window.outbox.add(encoder.take())
        #expect(window.outbox.held == nil)
        #expect(window.tooLarge(limit: 10_000))
        #expect(self.sizes(window.send(at: self.start)) == [3])
        #expect(window.outbox.held?.firstSequence == 4)
        #expect(window.send(at: self.start + .seconds(3600)).isEmpty)
        window.outbox.forgetLimits()
        #expect(self.sizes(window.send(at: self.start)) == [1])
        #expect(window.outbox.held == nil)
    }

    @Test func anEventThatIsNackedAloneIsTriedEverMoreRarely() {
        let window = self.window([1])
        var now = self.start
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
            let sent = window.send(at: now)
            guard sent.count == 1 else {
                Issue.record("not sent again")
                return
            }
            window.outbox.undelivered(sent[0].id, at: now)
            #expect(window.outbox.held?.firstSequence == 1)
            #expect(window.send(at: now + .seconds(pause) - .milliseconds(1)).isEmpty)
            now += .seconds(pause)
        }
    }
}
