import AMQP
import Synchronization
import TestSupport
import Testing

@Suite struct ReconnectorTests {
    private final class History: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { self.lines.withLock { $0 } }

        func add(_ status: Reconnector.Status) {
            self.lines.withLock { lines in
                switch status {
                case .connected(let address, let peer):
                    lines.append("connected \(address.port) \(peer?.tlsVersion ?? "plain")")
                case .disconnected(let error): lines.append("disconnected \(error.code) \(error.stage)")
                }
            }
        }
    }

    private func policy() -> ReconnectionSchedule.Policy {
        var policy = ReconnectionSchedule.Policy()
        policy.initialPause = .milliseconds(20)
        policy.maximumPause = .milliseconds(100)
        return policy
    }

    @Test func comesBackAfterEachCut() async throws {
        let broker = try await PrivateBroker.shared
        let proxy = try TCPProxy(target: broker.tlsPort)
        let configuration = broker.configuration(port: proxy.port)
        let history = History()
        let reads = Mutex(0)
        let reconnector = Reconnector(logger: quiet, policy: self.policy()) {
            reads.withLock { $0 += 1 }
            return configuration
        } onChange: {
            history.add($0)
        }
        var rounds = 0
        await reconnector.run { connection in
            rounds += 1
            guard rounds < 4 else { return }
            let channel = try await connection.openChannel(confirms: false)
            proxy.cut()
            for try await _ in channel.events {}
        }
        #expect(rounds == 4)
        #expect(reads.withLock { $0 } == 4)
        let connected = "connected \(proxy.port) TLSv1.3"
        let lost = "disconnected connectionClosed channel"
        let kinds = history.all.map { $0.hasPrefix("disconnected connectionClosed") ? lost : $0 }
        #expect(kinds == [connected, lost, connected, lost, connected, lost, connected])
    }

    @Test func goesOnWhenTheChangeHasBeenTold() async throws {
        let broker = try await PrivateBroker.shared
        let configuration = broker.configuration()
        let history = History()
        let reconnector = Reconnector(logger: quiet, policy: self.policy()) {
            configuration
        } onChange: { status in
            for _ in 0..<1000 { await Task.yield() }
            history.add(status)
        }
        var rounds = 0
        await reconnector.run { connection in
            #expect(history.all.count == rounds * 2 + 1)
            rounds += 1
            if rounds < 3 { throw TestFailure("again") }
        }
        let connected = "connected \(broker.tlsPort) TLSv1.3"
        let lost = "disconnected connectionClosed receive"
        #expect(history.all == [connected, lost, connected, lost, connected])
    }

    @Test func takesTheNextBrokerAndTellsEachChangeOnce() async throws {
        let broker = try await PrivateBroker.shared
        var configuration = broker.configuration()
        let closed = try Loopback.closedPort()
        configuration.addresses.insert(BrokerAddress(host: "localhost", port: closed), at: 0)
        let history = History()
        let reconnector = Reconnector(logger: quiet, policy: self.policy()) { [configuration] in
            configuration
        } onChange: {
            history.add($0)
        }
        await reconnector.run { _ in }
        #expect(history.all == ["disconnected unreachable connect", "connected \(broker.tlsPort) TLSv1.3"])
    }

    @Test func goesOnUntilCancelledAndRepeatsNothing() async throws {
        let port = try Loopback.closedPort()
        let configuration = try await PrivateBroker.shared.configuration(port: port)
        let history = History()
        let attempts = Mutex(0)
        let reconnector = Reconnector(logger: quiet, policy: self.policy()) {
            attempts.withLock { $0 += 1 }
            return configuration
        } onChange: {
            history.add($0)
        }
        let task = Task { await reconnector.run { _ in Issue.record("connected to a closed port") } }
        try await eventually("many attempts") { attempts.withLock { $0 } > 10 }
        task.cancel()
        await task.value
        #expect(history.all == ["disconnected unreachable connect"])
    }

    @Test func survivesAConfigurationThatCannotBeRead() async throws {
        let broker = try await PrivateBroker.shared
        let configuration = broker.configuration()
        let attempts = Mutex(0)
        let history = History()
        let reconnector = Reconnector(logger: quiet, policy: self.policy()) {
            let attempt = attempts.withLock { count in
                count += 1
                return count
            }
            if attempt < 3 { throw TestFailure("half-written file") }
            return configuration
        } onChange: {
            history.add($0)
        }
        await reconnector.run { _ in }
        #expect(history.all.count == 2 && history.all[1].hasPrefix("connected"))
    }
}
