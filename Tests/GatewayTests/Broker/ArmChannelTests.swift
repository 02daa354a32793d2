import AMQP
import Logging
import Store
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite("The queues of one arm on a connection")
struct ArmChannelTests {
    @Test("a channel is reported closed before there can be another, also when the connection is closed on purpose")
    func closed() async throws {
        let broker = try await PrivateBroker.shared
        let quiet = Logger(label: "channel") { _ in SwiftLogNoOpLogHandler() }
        let target = MonitoringServer.Broker(url: BrokerURL(broker.url()), queue: uniqueName("channel"))
        let events = Mutex<[String]>([])
        let link = BrokerLink(BrokerLink.Key(target), logger: quiet)
        let channel = ArmChannel(broker: target, link: link, logger: quiet) { event in
            let name =
                switch event {
                case .opened: "opened"
                case .closed: "closed"
                case .delivery: "delivery"
                case .consumers: "consumers"
                }
            if name != "consumers" { events.withLock { $0.append(name) } }
        }
        let configuration = broker.configuration()
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        let serving = Task {
            var memory = ArmChannel.Memory()
            return await channel.serve(connection, exchange: "", &memory)
        }
        try await eventually("the channel") { events.withLock { $0 == ["opened"] } }
        await connection.close()
        #expect(await serving.value)
        #expect(events.withLock { $0 } == ["opened", "closed"])
    }
}
