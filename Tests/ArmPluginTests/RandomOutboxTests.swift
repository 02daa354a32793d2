import ArmPlugin
import HAPI
import JSONRPC
import Spool
import TestSupport
import Testing

/// Whatever happens to requests, in any order: each event is delivered, each batch ends once, and memory stays bounded.
@Suite struct RandomOutboxTests {
    @Test(arguments: 1...20) func everythingIsDeliveredOnce(seed: UInt64) {
        var chance = SeededRandom(seed: seed)
        var encoder = BatchEncoder(spool: "S", sequence: 1)
        var batches: [SpooledBatch] = []
        for _ in 0..<300 {
            for _ in 0..<Int.random(in: 1...12, using: &chance) {
                encoder.add(time: TimeStamp(seconds: 0), type: .bad) { $0.set(.brief, "a line") }
            }
            batches += encoder.take()
        }
        var policy = Outbox.Policy()
        policy.windowBatches = 40
        policy.windowRequests = 4
        policy.requestEvents = 30
        var outbox = Outbox(after: 0, policy: policy)
        var now = ContinuousClock.now
        var inFlight: [EventRequest] = []
        var seen: Set<Int64> = []
        var ended: [Int64] = []

        var rounds = 0
        var isBounded = true
        while ended.count < batches.count, rounds < 20_000 {
            rounds += 1
            outbox.add(Array(batches.drop { $0.firstSequence <= outbox.cursor }.prefix(outbox.room)))
            while let request = outbox.next(at: now) {
                outbox.published(request.id, at: now)
                inFlight.append(request)
            }
            isBounded = isBounded && outbox.requestsInFlight <= 4
            now += .milliseconds(Int.random(in: 0...3000, using: &chance))
            _ = outbox.expire(at: now)
            guard !inFlight.isEmpty else { continue }
            let request = inFlight.remove(at: Int.random(in: 0..<inFlight.count, using: &chance))
            switch Int.random(in: 0..<10, using: &chance) {
            case 0: _ = outbox.answered(.number(request.id), isSuccess: false, at: now)
            case 1: outbox.undelivered(request.id, at: now)
            case 2:
                outbox.disconnected()
                // Answers of the old connection may still come.
                if Bool.random(using: &chance) { inFlight.removeAll() }
            case 3: _ = outbox.expire(at: now + .seconds(60))
            case 4:
                _ = outbox.tooLarge(limit: Int.random(in: 400...2000, using: &chance))
                outbox.disconnected()
            case 5 where Int.random(in: 0..<5, using: &chance) == 0: outbox.forgetLimits()
            default:
                for batch in request.batches {
                    seen.formUnion(batch.firstSequence..<batch.firstSequence + Int64(batch.count))
                }
                if case .delivered(_, let names) = outbox.answered(.number(request.id), isSuccess: true, at: now) {
                    ended += names
                }
            }
        }
        #expect(seen.count == batches.reduce(0) { $0 + $1.count })
        #expect(ended.sorted() == batches.map(\.firstSequence))
        #expect(outbox.count == 0)
        #expect(isBounded)
    }
}
