import ArmPlugin
import JSONRPC
import Spool
import Testing

@Suite struct OutboxTests {
    private let start = ContinuousClock.now

    private func batches(_ numbers: ClosedRange<Int64>) -> [SpooledBatch] {
        numbers.map { SpooledBatch(firstSequence: $0 * 10, count: 10, payload: Array("{}".utf8)) }
    }

    private func outbox(_ numbers: ClosedRange<Int64>, window: Int = 8) -> Outbox {
        var policy = Outbox.Policy()
        policy.windowBatches = window
        var outbox = Outbox(after: 0, policy: policy)
        outbox.add(self.batches(numbers))
        return outbox
    }

    /// Hands out and publishes all that may go now; the sequences in order, and the ids.
    private func send(_ outbox: inout Outbox, at now: ContinuousClock.Instant) -> (sequences: [Int64], ids: [Int64]) {
        var sent: ([Int64], [Int64]) = ([], [])
        while let request = outbox.next(at: now) {
            outbox.published(request.id, at: now)
            sent.0 += request.batches.map(\.firstSequence)
            sent.1.append(request.id)
        }
        return sent
    }

    @Test func windowInOrder() {
        var outbox = self.outbox(1...3, window: 4)
        #expect(outbox.room == 1)
        #expect(outbox.cursor == 30)
        let sent = self.send(&outbox, at: self.start)
        #expect(sent.sequences == [10, 20, 30])
        #expect(Set(sent.ids).count == 3)
        let check1 = outbox.next(at: self.start) == nil
        #expect(check1)
    }

    @Test func windowIsBoundedInBytes() {
        var policy = Outbox.Policy()
        policy.windowBytes = 100
        var outbox = Outbox(after: 0, policy: policy)
        outbox.add([SpooledBatch(firstSequence: 1, count: 1, payload: [UInt8](repeating: 0, count: 100))])
        #expect(outbox.room == 0)
    }

    @Test func knownBatchesAreNotAddedAgain() {
        var outbox = self.outbox(1...2)
        outbox.add(self.batches(1...3))
        #expect(outbox.count == 3)
    }

    @Test func successEndsABatchInAnyOrder() throws {
        var outbox = self.outbox(1...3)
        let sent = self.send(&outbox, at: self.start)
        guard case .delivered(10, [20]) = outbox.answered(.number(sent.ids[1]), isSuccess: true, at: self.start) else {
            Issue.record("not delivered")
            return
        }
        #expect(outbox.count == 2)
        #expect(outbox.firstSequence == 10)
        let check2 = outbox.answered(.number(sent.ids[1]), isSuccess: true, at: self.start) == nil
        #expect(check2)
        let check3 = outbox.answered(.string(String(sent.ids[0])), isSuccess: true, at: self.start) != nil
        #expect(check3)
    }

    @Test func failureIsSentAgainAfterAGrowingPause() {
        var outbox = self.outbox(1...2)
        var now = self.start
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
            let sent = self.send(&outbox, at: now)
            #expect(sent.sequences == [10, 20])
            for id in sent.ids { _ = outbox.answered(.number(id), isSuccess: false, at: now) }
            let check4 = outbox.next(at: now + .seconds(pause) - .milliseconds(1)) == nil
            #expect(check4)
            now += .seconds(pause)
        }
        let last = self.send(&outbox, at: now)
        _ = outbox.answered(.number(last.ids[0]), isSuccess: true, at: now)
        _ = outbox.answered(.number(last.ids[1]), isSuccess: false, at: now)
        let check5 = self.send(&outbox, at: now + .seconds(1)).sequences == [20]
        #expect(check5)
    }

    @Test func silenceIsSentAgainAndALateAnswerCounts() {
        var outbox = self.outbox(1...1)
        let first = self.send(&outbox, at: self.start)
        let almost = self.start + .seconds(60) - .milliseconds(1)
        let check6 = !outbox.expire(at: almost)
        #expect(check6)
        let later = self.start + .seconds(60)
        let check7 = outbox.expire(at: later)
        #expect(check7)
        let second = self.send(&outbox, at: later)
        #expect(second.sequences == [10])
        #expect(second.ids != first.ids)
        // A late failure of the first copy says nothing about the second.
        _ = outbox.answered(.number(first.ids[0]), isSuccess: false, at: later)
        let check8 = outbox.next(at: later + .seconds(10)) == nil
        #expect(check8)
        let check9 = outbox.answered(.number(first.ids[0]), isSuccess: true, at: later) != nil
        #expect(check9)
        #expect(outbox.isEmpty)
    }

    @Test func lostConnectionSendsAgainAtOnce() {
        var outbox = self.outbox(1...2)
        let first = self.send(&outbox, at: self.start)
        outbox.disconnected()
        let check10 = self.send(&outbox, at: self.start).sequences == [10, 20]
        #expect(check10)
        // The answer to the copy before the loss may still be in the queue.
        let check11 = outbox.answered(.number(first.ids[0]), isSuccess: true, at: self.start) != nil
        #expect(check11)
        #expect(outbox.count == 1)
    }

    @Test func undeliveredBeforeItIsKnownToBePublishedIsSentAgain() throws {
        var outbox = self.outbox(1...1)
        let next = outbox.next(at: self.start)
        let id = try #require(next).id
        outbox.undelivered(id, at: self.start)
        outbox.published(id, at: self.start)
        let isSentAgain = self.send(&outbox, at: self.start + .seconds(1)).sequences == [10]
        #expect(isSentAgain)
    }

    @Test func undeliveredIsSentAgain() {
        var outbox = self.outbox(1...1)
        let sent = self.send(&outbox, at: self.start)
        outbox.undelivered(sent.ids[0], at: self.start)
        let check12 = outbox.next(at: self.start) == nil
        #expect(check12)
        let check13 = self.send(&outbox, at: self.start + .seconds(1)).sequences == [10]
        #expect(check13)
    }

    @Test func deadlinesMoveWhenTheBrokerHeldMessagesBack() {
        var outbox = self.outbox(1...1)
        _ = self.send(&outbox, at: self.start)
        outbox.extendDeadlines(from: self.start + .seconds(59))
        let check14 = !outbox.expire(at: self.start + .seconds(118))
        #expect(check14)
        let check15 = outbox.expire(at: self.start + .seconds(119))
        #expect(check15)
    }

    @Test func onlyWhatIsCalledInvalidForGoodIsRefused() {
        var outbox = self.outbox(1...2)
        let invalid = ErrorObject.invalidParams(["events[3].time: bad"])
        var now = self.start
        for attempt in 1...3 {
            let sent = self.send(&outbox, at: now)
            let outcome = outbox.answered(.number(sent.ids[0]), error: invalid, at: now)
            switch outcome {
            case .postponed(let first, _):
                #expect(attempt < 3)
                #expect(first == 10)
            case .refused(let batch, let error, let batches):
                #expect(attempt == 3)
                #expect(batch.firstSequence == 10)
                #expect(batches == [10])
                #expect(error == invalid)
            default: Issue.record("attempt \(attempt): \(String(describing: outcome))")
            }
            now += .seconds(60)
            _ = outbox.expire(at: now)
        }
        #expect(outbox.firstSequence == 20)

        let other = ErrorObject(code: -32000, message: "no space")
        for _ in 1...10 {
            let sent = self.send(&outbox, at: now)
            guard case .postponed = outbox.answered(.number(sent.ids[0]), error: other, at: now) else {
                Issue.record("an error that may pass is not for good")
                return
            }
            now += .seconds(60)
        }
    }

    @Test func strangersAreLeftAlone() {
        var outbox = self.outbox(1...1)
        let check16 = outbox.answered(.null, isSuccess: true, at: self.start) == nil
        #expect(check16)
        let check17 = outbox.answered(.string("x"), isSuccess: true, at: self.start) == nil
        #expect(check17)
        let check18 = outbox.answered(7_000_000_000, error: .invalidParams([]), at: self.start) == nil
        #expect(check18)
    }
}
