public import Logging

/// Keeps a connection to one of several brokers, for ever.
public struct Reconnector: Sendable {
    /// How things are.
    public enum Status: Sendable {
        /// A connection is open.
        case connected(BrokerAddress, PeerInfo?)
        /// There is none, and why.
        case disconnected(AMQPError)
    }

    /// What `body` throws to be called again with a new connection at once: no trouble, and not reported as such.
    public struct Again: Error {
        /// Asks for it.
        public init() {}
    }

    private let logger: Logger
    private let policy: ReconnectionSchedule.Policy
    private let configuration: @Sendable () async throws -> ConnectionConfiguration
    private let report: @Sendable (Status) async -> Void

    /// Creates a reconnector.
    ///
    /// - Parameters:
    ///   - logger: Is told each change once: a failure that repeats itself is a debug message.
    ///   - policy: The pauses between attempts.
    ///   - configuration: Is asked before each attempt, so that files and secrets may change meanwhile. When it throws,
    ///     that counts as a failed attempt.
    ///   - onChange: Is called at each change, one after the other, and awaited; a failure that repeats itself is no change.
    public init(
        logger: Logger,
        policy: ReconnectionSchedule.Policy = .init(),
        configuration: @escaping @Sendable () async throws -> ConnectionConfiguration,
        onChange: @escaping @Sendable (Status) async -> Void = { _ in }
    ) {
        self.logger = logger
        self.policy = policy
        self.configuration = configuration
        self.report = onChange
    }

    /// Connects, calls `body`, and connects again whenever `body` throws.
    ///
    /// `body` sees the end of its connection through its channels or `waitUntilClosed()`, and should throw then. The connection is closed
    /// after each call. Returns when `body` returns or the task is cancelled.
    public func run(_ body: (Connection) async throws -> Void) async {
        var schedule = ReconnectionSchedule(policy: self.policy)
        var lastReason: String?
        var user: String?
        while !Task.isCancelled {
            var brokers = 1
            var openedAt: ContinuousClock.Instant?
            var failure: AMQPError
            do {
                let configuration = try await self.configuration()
                brokers = configuration.addresses.count
                guard brokers > 0 else { throw AMQPError.configuration("no broker is named") }
                let address = configuration.addresses[schedule.broker(of: brokers)]
                let connection = Connection(
                    configuration: configuration,
                    address: address,
                    user: user,
                    logger: self.logger
                )
                defer { user = connection.learnedUser }
                try await connection.open()
                openedAt = .now
                lastReason = nil
                self.logger.info("connected to the broker", metadata: ["broker": "\(address)"])
                await self.report(.connected(address, connection.peer))
                do {
                    try await body(connection)
                    return await connection.close()
                } catch {
                    await connection.close()
                    throw error
                }
            } catch is Again {
                continue
            } catch let error as AMQPError {
                failure = error
            } catch {
                failure = AMQPError(code: .connectionClosed, stage: .receive, reason: "\(error)")
            }
            if Task.isCancelled { return }
            let chance = Double.random(in: 0...1)
            let pause =
                openedAt.map { schedule.connectionLost(after: .now - $0, chance: chance) }
                ?? schedule.attemptFailed(brokers: brokers, chance: chance)
            await self.tell(failure, isNews: failure.description != lastReason, pause)
            lastReason = failure.description
            try? await Task.sleep(for: pause)
        }
    }

    private func tell(_ failure: AMQPError, isNews: Bool, _ pause: Duration) async {
        self.logger.log(
            level: isNews ? .warning : .debug,
            "no connection to the broker",
            metadata: ["reason": "\(failure)", "next-attempt-in": "\(pause)"]
        )
        if isNews { await self.report(.disconnected(failure)) }
    }
}
