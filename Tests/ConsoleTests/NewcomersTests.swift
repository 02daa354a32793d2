import Testing

@testable import Console

@Suite("Connections without a sign-in")
struct NewcomersTests {
    private typealias Action = Newcomers<Int>.Action

    private static let here = PeerNetwork("192.0.2.1")
    private static let there = PeerNetwork("192.0.2.2")
    private static let start = ContinuousClock.now
    private static let grace = Duration.seconds(2)

    private static func limits(served: Int = 2, waiting: Int = 3) -> Newcomers<Int>.Limits {
        .init(served: served, waiting: waiting, grace: self.grace)
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
        #expect(newcomers.leave(2, at: Self.start) == [.serve(3)], "who signs in or goes away makes room for the first")
        #expect(newcomers.leave(4, at: Self.start) == [], "who goes away while waiting is not served")
        #expect(newcomers.leave(1, at: Self.start) == [])
    }

    @Test("give way when they have had their time, the oldest first, and only to others that wait")
    func grace() {
        var newcomers = Newcomers<Int>(Self.limits())
        for (id, second) in [(1, 0), (2, 1)] {
            #expect(newcomers.arrive(id, from: Self.here, at: Self.start + .seconds(second)) == [.serve(id)])
        }
        #expect(newcomers.lookAgain(Self.here, at: Self.start + .seconds(60)) == [], "nobody waits")
        #expect(newcomers.arrive(3, from: Self.here, at: Self.start + .seconds(60)) == [.close(1), .serve(3)])
        #expect(newcomers.arrive(4, from: Self.here, at: Self.start + .seconds(60)) == [.close(2), .serve(4)])
        let waits = newcomers.arrive(5, from: Self.here, at: Self.start + .seconds(61))
        #expect(waits == [.lookAgain(Self.here, after: .seconds(1))])
        #expect(newcomers.lookAgain(Self.here, at: Self.start + .seconds(62)) == [.close(3), .serve(5)])
        #expect(newcomers.leave(1, at: Self.start) == [] && newcomers.leave(3, at: Self.start) == [])
    }

    @Test("are refused when too many of one network wait")
    func refusal() {
        var newcomers = Newcomers<Int>(Self.limits())
        for id in 1...5 { _ = newcomers.arrive(id, from: Self.here, at: Self.start) }
        #expect(newcomers.arrive(6, from: Self.here, at: Self.start) == [.close(6)])
        #expect(newcomers.arrive(7, from: Self.there, at: Self.start) == [.serve(7)])
        #expect(newcomers.count == 6)
    }

    @Test("make room for anybody when there is none, the oldest of all networks first")
    func room() {
        var newcomers = Newcomers<Int>(Self.limits())
        for (id, network) in [(1, Self.here), (2, Self.there), (3, Self.here), (4, Self.here)] {
            _ = newcomers.arrive(id, from: network, at: Self.start)
        }
        _ = newcomers.leave(2, at: Self.start)
        #expect(newcomers.makeRoom(at: Self.start) == [.close(1), .serve(4)])
        #expect(newcomers.makeRoom(at: Self.start) == [.close(3)])
        #expect(newcomers.makeRoom(at: Self.start) == [.close(4)])
        #expect(newcomers.makeRoom(at: Self.start) == [] && newcomers.count == 0)
    }

    @Test("that are gone take no memory")
    func bounded() {
        var newcomers = Newcomers<Int>(Self.limits())
        for id in 0..<10_000 {
            #expect(newcomers.arrive(id, from: Self.here, at: Self.start) == [.serve(id)])
            #expect(newcomers.leave(id, at: Self.start) == [])
        }
        #expect(newcomers.count == 0 && newcomers.remembered < 200)
    }

    @Test("of a crowd that signs in are all served, and none is closed")
    func crowd() {
        var newcomers = Newcomers<Int>(Self.limits(served: 64, waiting: 1024))
        var served: [Int] = []
        func note(_ actions: [Action]) {
            for action in actions {
                switch action {
                case .serve(let id): served.append(id)
                case .close(let id): Issue.record("\(id) is closed")
                case .lookAgain: break
                }
            }
        }
        for id in 0..<1000 { note(newcomers.arrive(id, from: Self.here, at: Self.start)) }
        #expect(served.count == 64)
        for number in 0..<1000 { note(newcomers.leave(served[number], at: Self.start + .milliseconds(number))) }
        #expect(served == Array(0..<1000))
    }
}
