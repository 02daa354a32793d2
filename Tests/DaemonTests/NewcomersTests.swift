import Testing

@testable import Daemon

@Suite("Connections of strangers")
struct NewcomersTests {
    private typealias Action = Newcomers<Int>.Action

    private static let here = PeerNetwork("192.0.2.1")
    private static let there = PeerNetwork("192.0.2.2")
    private static let start = ContinuousClock.now
    private static let grace = Duration.seconds(2)

    private static func limits(most: Int = 1000, served: Int = 2, waiting: Int = 3) -> Newcomers<Int>.Limits {
        var limits = Newcomers<Int>.Limits(most: most, served: served)
        limits.waiting = waiting
        limits.grace = self.grace
        return limits
    }

    @Test("are served up to a number for each network, and wait for their turn then")
    func turns() {
        var newcomers = Newcomers<Int>(Self.limits())
        #expect(newcomers.arrive(1, from: Self.here, at: Self.start) == [.serve(1)])
        #expect(newcomers.arrive(2, from: Self.here, at: Self.start) == [.serve(2)])
        #expect(newcomers.arrive(3, from: Self.here, at: Self.start) == [.lookAgain(Self.here, after: Self.grace)])
        #expect(newcomers.arrive(4, from: Self.here, at: Self.start) == [])
        #expect(
            newcomers.arrive(5, from: Self.there, at: Self.start) == [.serve(5)],
            "another network is not concerned"
        )
        #expect(newcomers.arrive(6, from: nil, at: Self.start) == [.serve(6)], "nor is a proxy")
        #expect(newcomers.settle(2, at: Self.start) == [.serve(3)], "who signs in makes room for the first that waits")
        #expect(newcomers.leave(4, at: Self.start) == [], "who goes away while waiting is not served")
        #expect(newcomers.leave(1, at: Self.start) == [])
    }

    @Test("make room by the end of a handshake, too")
    func handshakes() {
        var newcomers = Newcomers<Int>(Self.limits())
        for id in 1...3 { _ = newcomers.arrive(id, from: Self.here, at: Self.start) }
        #expect(newcomers.finishHandshake(1, at: Self.start) == [.serve(3)])
        #expect(newcomers.finishHandshake(1, at: Self.start) == [], "it is finished once")
        #expect(newcomers.settle(1, at: Self.start) == [])
    }

    @Test("give way when they have had their time, the oldest first, and only to others that wait")
    func grace() {
        var newcomers = Newcomers<Int>(Self.limits())
        for (id, second) in [(1, 0), (2, 1)] {
            #expect(newcomers.arrive(id, from: Self.here, at: Self.start + .seconds(second)) == [.serve(id)])
        }
        #expect(newcomers.lookAgain(Self.here, at: Self.start + .seconds(60)) == [], "nobody waits")
        for (id, oldest) in [(3, 1), (4, 2)] {
            let actions = newcomers.arrive(id, from: Self.here, at: Self.start + .seconds(60))
            #expect(actions == [.close(oldest, .gaveWay), .serve(id)])
        }
        let waits = newcomers.arrive(5, from: Self.here, at: Self.start + .seconds(61))
        #expect(waits == [.lookAgain(Self.here, after: .seconds(1))])
        #expect(newcomers.lookAgain(Self.here, at: Self.start + .seconds(62)) == [.close(3, .gaveWay), .serve(5)])
        #expect(newcomers.leave(1, at: Self.start) == [] && newcomers.leave(3, at: Self.start) == [])
    }

    @Test("are refused when too many of one network wait, before they cost others a place")
    func refusal() {
        var newcomers = Newcomers<Int>(Self.limits(most: 6))
        for id in 1...5 { _ = newcomers.arrive(id, from: Self.here, at: Self.start) }
        #expect(newcomers.arrive(6, from: Self.there, at: Self.start) == [.serve(6)])
        #expect(newcomers.arrive(7, from: Self.here, at: Self.start) == [.close(7, .tooManyWait)])
        #expect(newcomers.count == 6)
        let limits = Newcomers<Int>.Limits(most: 100)
        #expect(limits.served == 64 && limits.waiting == 75, "three quarters of all places are the most that may wait")
    }

    @Test("make room for anybody when there is none, the oldest of all networks first")
    func room() {
        var newcomers = Newcomers<Int>(Self.limits(most: 4))
        for (id, network) in [(1, Self.here), (2, Self.there), (3, Self.here), (4, Self.here)] {
            _ = newcomers.arrive(id, from: network, at: Self.start)
        }
        #expect(newcomers.settle(2, at: Self.start) == [], "who has signed in does not give way")
        #expect(newcomers.arrive(5, from: nil, at: Self.start) == [.close(1, .madeRoom), .serve(4), .serve(5)])
        #expect(newcomers.settle(5, at: Self.start) == [])
        for (id, oldest) in [(6, 3), (7, 4)] {
            let actions = newcomers.arrive(id, from: Self.there, at: Self.start)
            #expect(actions == [.close(oldest, .madeRoom), .serve(id)])
            #expect(newcomers.settle(id, at: Self.start) == [])
        }
        #expect(newcomers.arrive(8, from: Self.here, at: Self.start) == [.close(8, .noRoom)])
        let withoutDescriptor = newcomers.arrive(9, from: Self.here, hasDescriptor: false, at: Self.start)
        #expect(withoutDescriptor == [.close(9, .noDescriptor)])
        #expect(newcomers.count == 4)
    }

    @Test("give way after the handshake as well, but for the time of a request")
    func requests() {
        var newcomers = Newcomers<Int>(Self.limits(most: 3))
        for id in 1...3 {
            _ = newcomers.arrive(id, from: Self.here, at: Self.start)
            _ = newcomers.finishHandshake(id, at: Self.start)
        }
        #expect(newcomers.settle(1, at: Self.start) == [])
        #expect(newcomers.arrive(4, from: Self.there, at: Self.start) == [.close(2, .madeRoom), .serve(4)])
        newcomers.rest(1)
        newcomers.rest(2)
        #expect(newcomers.arrive(5, from: Self.there, at: Self.start) == [.close(3, .madeRoom), .serve(5)])
        #expect(newcomers.settle(4, at: Self.start) == [] && newcomers.settle(5, at: Self.start) == [])
        let last = newcomers.arrive(6, from: nil, hasDescriptor: false, at: Self.start)
        #expect(last == [.close(1, .madeRoom), .serve(6)])
    }

    @Test("that are gone take no memory")
    func bounded() {
        var newcomers = Newcomers<Int>(Self.limits())
        _ = newcomers.arrive(-1, from: Self.there, at: Self.start)
        for id in 0..<10_000 {
            #expect(newcomers.arrive(id, from: Self.here, at: Self.start) == [.serve(id)])
            #expect(newcomers.leave(id, at: Self.start) == [])
            newcomers.rest(id)
            _ = newcomers.settle(-1, at: Self.start)
            newcomers.rest(-1)
        }
        #expect(newcomers.count == 1 && newcomers.remembered < 200)
    }

    @Test("of a crowd that signs in are all served, and none is closed")
    func crowd() {
        var newcomers = Newcomers<Int>(.init(most: 8192))
        var served: [Int] = []
        func note(_ actions: [Action]) {
            for action in actions {
                switch action {
                case .serve(let id): served.append(id)
                case .close(let id, let reason): Issue.record("\(id) is closed: \(reason)")
                case .lookAgain: break
                }
            }
        }
        for id in 0..<1000 { note(newcomers.arrive(id, from: Self.here, at: Self.start)) }
        #expect(served.count == 64)
        for number in 0..<1000 {
            note(newcomers.settle(served[number], at: Self.start + .milliseconds(number)))
        }
        #expect(served == Array(0..<1000))
    }

    /// Ten thousand nodes come back behind one address within ten seconds; a handshake takes each 50 ms, and its request as long.
    @Test("of ten thousand nodes behind one address are all served beside a thousand that say nothing elsewhere")
    func fleet() {
        var newcomers = Newcomers<Int>(.init(most: 2048))
        var closed: Set<Int> = []
        func note(_ actions: [Action]) {
            for case .close(let id, _) in actions { closed.insert(id) }
        }
        for id in 0..<1000 {
            note(newcomers.arrive(-100_000 - id, from: PeerNetwork("10.0.\(id / 50).1"), at: Self.start))
        }
        for millisecond in 0..<10_100 {
            let now = Self.start + .milliseconds(millisecond)
            if millisecond < 10_000 { note(newcomers.arrive(millisecond, from: Self.here, at: now)) }
            note(newcomers.finishHandshake(millisecond - 50, at: now))
            note(newcomers.settle(millisecond - 75, at: now))
            note(newcomers.leave(millisecond - 100, at: now))
        }
        #expect(closed.filter { $0 >= 0 }.isEmpty)
        #expect(newcomers.count == 1000)
    }
}
