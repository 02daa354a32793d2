import TestSupport
import Testing

/// A line in a file becomes one row, whatever happens on the way.
@Suite(.timeLimit(.minutes(10)))
struct DeliveryTests {
    @Test
    func `a line arrives with its text, host and time`() async throws {
        let site = try await Site(.shared)
        try site.startAgent()
        try site.write(["disk 92% full on /var"])
        #expect(try await site.expectEveryLineOnce() == ["disk 92% full on /var"])
        let listed = try await site.command(["events", "list", "--json"])
        #expect(listed.output.contains("\"eventId\":"))
        #expect(listed.output.contains("\"hostId\":"))
        await site.stop()
    }

    enum Disturbance: CaseIterable {
        case brokerRestarts, brokerFreezes, connectionIsCut, serverIsKilled, agentIsKilled
    }

    @Test(arguments: Disturbance.allCases)
    func `each line is stored once`(_ disturbance: Disturbance) async throws {
        let broker = try await PrivateBroker.start()
        let site = try await Site(broker)
        let proxy = try TCPProxy(target: broker.tlsPort)
        try site.startAgent(port: proxy.port)
        try site.write(["first line"])
        try await site.awaitCount(1)

        for round in 0..<(disturbance == .brokerFreezes ? 1 : 3) {
            try site.write((0..<2000).map { "round \(round) line \($0)" })
            try await self.disturb(disturbance, site, proxy)
            try site.write((0..<200).map { "round \(round) after \($0)" })
        }
        let stored = try await site.expectEveryLineOnce()
        #expect(stored.filter { $0.hasPrefix("round 0 line") } == (0..<2000).map { "round 0 line \($0)" })
        await site.stop()
        proxy.stop()
        await broker.stop()
    }

    private func disturb(_ disturbance: Disturbance, _ site: Site, _ proxy: TCPProxy) async throws {
        switch disturbance {
        case .brokerRestarts:
            try await site.broker.restart()
        case .brokerFreezes:
            let said = try site.agentLog().count
            site.broker.freeze()
            try site.write(["while frozen"])
            try await eventually(timeout: .seconds(90), "the agent to notice") { try site.agentLog().count > said }
            site.broker.thaw()
        case .connectionIsCut:
            proxy.cut()
        case .serverIsKilled:
            // As soon as some of the round is there, others are between the commit and the reply.
            try await site.awaitCount(2)
            site.server?.signal(9)
            try await site.server?.wait()
            try site.startServer()
        case .agentIsKilled:
            site.agent?.signal(9)
            try await site.agent?.wait()
            try site.startAgent(port: proxy.port)
        }
    }

    @Test
    func `what is stored but not answered is sent again and stored once`() async throws {
        let broker = try await PrivateBroker.start()
        let site = try await Site(broker)
        let proxy = try TCPProxy(target: broker.tlsPort)
        try site.startAgent(port: proxy.port)
        try site.write(["before"])
        try await site.awaitCount(1)

        // From here on nothing passes, so replies cannot reach the agent; then everything it knew is cut away.
        proxy.setMode(.blackhole)
        try site.write((0..<100).map { "swallowed \($0)" })
        proxy.cut()
        proxy.setMode(.pass)
        #expect(try await site.expectEveryLineOnce().count == 101)
        await site.stop()
        proxy.stop()
        await broker.stop()
    }

    @Test
    func `nobody on the way reads text, queue or password`() async throws {
        let broker = try await PrivateBroker.shared
        let site = try await Site(broker, armUser: PrivateBroker.user)
        let proxy = try TCPProxy(target: broker.tlsPort)
        let password = try site.directory.write(PrivateBroker.password + "\n", to: "password")
        var options = site.connection(port: proxy.port)
        options[options.firstIndex(of: "external")!] = "plain"
        options += ["--amqp-user", PrivateBroker.user, "--amqp-password-file", password]
        try site.startAgent(options + ["--tail", site.log, "--from", "beginning"])
        try site.write(["a line for our eyes only"])
        _ = try await site.expectEveryLineOnce()

        let recorded = String(decoding: proxy.recorded, as: UTF8.self)
        #expect(proxy.recorded.count > 2000)
        for secret in ["our eyes only", site.queue, PrivateBroker.password, "putEvents"] {
            #expect(!recorded.contains(secret))
        }
        await site.stop()
        proxy.stop()
    }

    @Test
    func `told to end while nothing can be delivered, the agent ends well and delivers next time`() async throws {
        let site = try await Site(.shared)
        let input = try site.directory.write("a line on standard input\n", to: "input")
        var options = site.connection(port: try Loopback.closedPort()) + ["--stdin"]
        try site.startAgent(options, input: input)
        try await eventually("the end of the input") { try site.agentLog().contains("source ended") }
        site.agent?.signal(15)
        #expect(try await site.agent?.wait() == 0)

        options = site.connection() + ["--stdin"]
        try site.startAgent(options)
        try await site.awaitCount(1)
        #expect(try await site.stored() == ["a line on standard input"])
        await site.stop()
    }
}
