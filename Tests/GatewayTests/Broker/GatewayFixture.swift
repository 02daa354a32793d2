import Gateway
import Glibc
import Logging
import ServiceLifecycle
import Store
import TestSupport

/// A gateway on a store of its own, running for the length of a test.
final class GatewayFixture: Sendable {
    let directory: TemporaryDirectory
    let store: MonitoringStore
    let broker: PrivateBroker

    init(_ broker: PrivateBroker) throws {
        self.directory = try TemporaryDirectory()
        self.store = try MonitoringStore(directory: self.directory.path)
        self.broker = broker
    }

    /// Registers a server and returns its id and the name of its queue.
    func addServer(
        url: String? = nil,
        queue: String = uniqueName("gateway"),
        queueType: String = "durable",
        isSecure: Bool = true
    ) async throws -> (id: Int64, queue: String) {
        let server = MonitoringServer(
            nickname: uniqueName(queue),
            type: "d91ba1cb-a64a-4072-b2b8-2f91bcae1818",
            broker: MonitoringServer.Broker(
                url: BrokerURL(url ?? self.broker.url()),
                queue: queue,
                certificateAuthority: isSecure ? self.broker.authority.certificate : nil,
                certificate: isSecure ? self.broker.client.certificate : nil,
                key: isSecure ? self.broker.client.key : nil,
                queueType: queueType
            )
        )
        return (try await self.store.add(server), queue)
    }

    /// Runs the gateway while `body` runs, then stops it gracefully.
    func running<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        try await self.runningGateway { _ in try await body() }
    }

    func runningGateway<T: Sendable>(
        logger: Logger = Logger(label: "gateway") { _ in SwiftLogNoOpLogHandler() },
        _ body: (Gateway) async throws -> T
    ) async throws -> T {
        let (ready, continuation) = AsyncStream.makeStream(of: Void.self)
        let gateway = Gateway(store: self.store, logger: logger) { _ in continuation.finish() }
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: gateway)], logger: logger)
        )
        let task = Task { try await group.run() }
        for await _ in ready {}
        do {
            let result = try await body(gateway)
            await group.triggerGracefulShutdown()
            try await task.value
            return result
        } catch {
            await group.triggerGracefulShutdown()
            try? await task.value
            throw error
        }
    }
}
