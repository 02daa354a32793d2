import AMQP
import Logging
import Store
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite("Monitoring servers that share a connection", .timeLimit(.minutes(3)))
struct SharedLinkTests {
    /// Lines of the log with their metadata.
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])

        struct Handler: LogHandler {
            let lines: Lines
            var logLevel = Logger.Level.info
            var metadata: Logger.Metadata = [:]

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { self.metadata[key] }
                set { self.metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }
                let line = "\(event.message) " + metadata.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
                self.lines.all.withLock { $0.append(line) }
            }
        }
    }

    @Test("one whose queue makes the broker end the connection is off by name, and the others go on")
    func refused() async throws {
        let broker = try await PrivateBroker.shared
        let refuser = try DeclarationRefuser(target: broker.plainPort)
        let fixture = try GatewayFixture(broker)
        let url = "amqp://\(PrivateBroker.user):pass%2Fword%20%2540@localhost:\(refuser.port)/hatohol"
        let bad = try await fixture.addServer(url: url, queueType: "transient", isSecure: false)
        let good = try await fixture.addServer(url: url, isSecure: false)
        let lines = Lines()
        let logger = Logger(label: "gateway") { _ in Lines.Handler(lines: lines) }
        try await fixture.runningGateway(logger: logger) { _ in
            try await eventually("the refusal") {
                try await fixture.store.armStatus(of: bad.id)?.link?.detail.contains("541") == true
            }
            let arm = try await TestArm(broker, queue: good.queue)
            try await arm.signOn()
            // It looks for its queue again and again, and each time disturbs nobody.
            let looks = refuser.declarations(of: "\(bad.queue)-S")
            for number in 1...2 {
                #expect(try await arm.call("putEvents", TestArm.events(["e\(number)"])) == #""SUCCESS""#)
                try await eventually("another look") {
                    refuser.declarations(of: "\(bad.queue)-S") >= looks + number
                }
            }
            await arm.close()
        }
        #expect(refuser.refusals == 1)
        #expect(refuser.connections == 2)
        let named = lines.all.withLock { $0.filter { $0.contains("is off") } }
        #expect(named.count == 1)
        #expect(named.first?.contains("nickname=\(bad.queue)") == true)
    }

    @Test("more of them than the broker allows channels get another connection")
    func manyOnFewChannels() async throws {
        let broker = try await PrivateBroker.start()
        try broker.evaluate("application:set_env(rabbit, channel_max, 6), ok")
        let fixture = try GatewayFixture(broker)
        var servers: [Int64] = []
        for _ in 0..<10 { servers.append(try await fixture.addServer().id) }
        try await fixture.running {
            for id in servers {
                try await eventually("the queues of server \(id)") {
                    try await fixture.store.armStatus(of: id)?.link?.state == .waiting
                }
            }
        }
        await broker.stop()
    }

    @Test("two registrations of one queue are noticed by name")
    func twoRegistrations() async throws {
        let broker = try await PrivateBroker.shared
        let fixture = try GatewayFixture(broker)
        let queue = uniqueName("twice")
        let first = try await fixture.addServer(queue: queue).id
        let other = broker.url().replacing("localhost", with: "127.0.0.1")
        let second = try await fixture.addServer(url: other, queue: queue).id
        try await fixture.running {
            for id in [first, second] {
                try await eventually(timeout: .seconds(90), "the trigger of server \(id)") {
                    try await fixture.store.triggers(server: id).contains {
                        $0.trigger.id == "_SELF_/queue" && $0.trigger.status == .ng
                    }
                }
            }
        }
    }
}
