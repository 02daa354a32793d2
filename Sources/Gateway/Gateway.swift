public import Logging
public import ServiceLifecycle
public import Store

/// Consumes the queues of all registered monitoring servers, as long as it runs.
///
/// Follows the registry: a server that is added, changed or removed by another process is noticed within a second.
public struct Gateway: Service {
    private let store: MonitoringStore
    private let logger: Logger
    private let links: BrokerLinks
    private let onReady: @Sendable (Readiness) -> Void

    /// How often the registry is looked at, at most.
    private static let interval = Duration.milliseconds(250)
    /// How long the first attempts to reach the brokers hold up the word that we are ready.
    private static let firstPatience = Duration.seconds(5)
    /// How long a graceful shutdown waits for what is on its way to the store.
    private static let shutdownPatience = Duration.seconds(10)

    /// How things are once the queues of every registered server have been tried.
    public struct Readiness: Sendable {
        /// How many servers are registered.
        public let servers: Int
        /// Of how many the queues are being consumed; the others are tried again and again.
        public let reached: Int
    }

    /// Makes a gateway; `onReady` is called once the queues of every registered server have been tried, or after five seconds.
    public init(
        store: MonitoringStore,
        logger: Logger,
        onReady: @escaping @Sendable (Readiness) -> Void = { _ in }
    ) {
        self.store = store
        self.logger = logger
        self.links = BrokerLinks(logger: logger)
        self.onReady = onReady
    }

    /// Connects to every broker anew, so that changed certificates count; a connection whose successor fails is kept.
    public func reload() async { await self.links.renew() }

    /// Runs until a graceful shutdown or the task's cancellation; broker problems never end it.
    ///
    /// Throws ``StoreError`` only when the registry cannot be read at the start.
    public func run() async throws {
        let arms = Arms(store: self.store, links: self.links, logger: self.logger)
        try await arms.update()
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    let readiness = await arms.firstAttempts(patience: Self.firstPatience)
                    if !Task.isCancelled { self.onReady(readiness) }
                }
                group.addTask { await self.follow(arms) }
            }
        }
        await arms.stop(patience: Self.shutdownPatience)
    }

    private func follow(_ arms: Arms) async {
        for await _ in self.store.changes() {
            do {
                try await arms.update()
                try await arms.takeCommands()
            } catch {
                if Task.isCancelled { return }
                self.logger.warning("cannot read the registry", metadata: ["reason": "\(error)"])
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}
