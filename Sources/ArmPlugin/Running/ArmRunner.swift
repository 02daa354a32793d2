internal import AMQP
internal import HAPI
internal import JSONRPC
public import Logging
public import ServiceLifecycle
public import Spool

/// Runs an arm: keeps the connection, holds the session with the server, and delivers what is in the spool.
///
/// A broker or a server that is away never ends it. On graceful shutdown it delivers what can be delivered within
/// ``Configuration/drainTimeout``; the rest stays in the spool. Nothing is published unless ``run()`` runs.
public actor ArmRunner: Service {
    /// What an arm is and how it behaves.
    public struct Configuration: Sendable {
        /// The broker and the queues.
        public var broker: BrokerSettings
        /// The name of the arm, as the server shows it.
        public var name: String
        /// Where batches go that the server refuses for good.
        public var setAsideDirectory: String
        /// How much is in flight, and how patient the outbox is.
        public var outbox = Outbox.Policy()
        /// How patient the session is.
        public var session = ArmSession.Policy()
        /// The longest time between two reports of how the arm is doing.
        public var reportInterval: Duration = .seconds(60)
        /// How long delivering may take after the arm was asked to end.
        public var drainTimeout: Duration = .seconds(10)
        /// Time between status lines in the log; `nil` for none.
        public var statusInterval: Duration?
        /// Time between looks at who else consumes the queues.
        public var queueCheckInterval: Duration = .seconds(30)

        /// Describes an arm.
        public init(broker: BrokerSettings, name: String, setAsideDirectory: String) {
            self.broker = broker
            self.name = name
            self.setAsideDirectory = setAsideDirectory
        }
    }

    /// Whether the numbers of the present run are somebody else's, too; whoever appends to the spool looks at it.
    public nonisolated let numberingDoubt = NumberingDoubt()

    let configuration: Configuration
    let spool: Spool
    let logger: Logger
    var broker: BrokerSettings
    var session: ArmSession
    var outbox: Outbox
    var confirmations = Confirmations()
    var health = HealthReport()
    var counters = DeliveryCounters()

    /// Messages of the session that wait to be published.
    var control: [(bytes: [UInt8], messageID: String)] = []
    /// Batches that are done with and wait to leave the spool.
    var delivered: [Int64] = []
    var refused: [(SpooledBatch, ErrorObject, batches: [Int64])] = []
    /// Wakes the task that publishes on the present connection.
    var sender: Signal?
    /// Wakes the task that fills the outbox.
    let room = Signal()
    var connection: Connection?
    /// How messages go to the server on the present connection, or on the last one.
    var route: Route?
    /// The exchange that was found leads nowhere: the next connection is to try the default one.
    var isUnbound = false
    /// The broker knows the connection by a name that it does not tell.
    var isNameUnknown = false
    var hasConnected = false
    /// Counts the settings given, and which of them the connection was made with.
    var revision = 0
    var usedRevision = 0
    /// The connection is of no more use, because there are other settings.
    var isReloading: Bool { self.usedRevision != self.revision }
    var isBlocked = false
    /// Why there is no connection, as far as it is known.
    var lastDisconnection: AMQPError?
    /// When the broker last refused a message, and how many events had been delivered then.
    var lastRefusal: (at: ContinuousClock.Instant, delivered: Int64)?
    /// When the last message came that is not the server's.
    var lastForeign: ContinuousClock.Instant?
    /// How many consume the queue to the server; `nil` before the first look.
    var serverConsumers: UInt32?
    var stallWatch = StallWatch(since: .now)
    /// Whether the last batches were taken by the server; a change is said once.
    var isTaking = true
    var lastReport: (health: HealthReport, at: ContinuousClock.Instant)?
    /// Whether a report is wanted without a change.
    var isReportDue = true
    /// What the server said about the monitored system, and how often it did.
    var settings: MonitoringServerInfo?
    var greetings = 0
    let arm: (any Arm)?
    var calls = PendingCalls<PendingCall, ContinuousClock.Instant>()
    /// What the server fetches, by numbers of our own; each takes itself out when it has ended.
    var fetches: [Int: Task<Void, Never>] = [:]
    var lastFetch = 0
    /// Wakes the task that polls the arm.
    let pollNow = Signal()
    var nextStatus: ContinuousClock.Instant?
    let failures: AsyncStream<AMQPError>
    let failure: AsyncStream<AMQPError>.Continuation

    /// Prepares an arm.
    ///
    /// - Parameters:
    ///   - configuration: what it is and how it behaves.
    ///   - spool: what it delivers; others append to it.
    ///   - logger: is told every change of state once, and nothing per event.
    public init(_ configuration: Configuration, spool: Spool, logger: Logger) {
        self.init(configuration, arm: nil, spool: spool, logger: logger)
    }

    /// Prepares an arm that is polled; what it sends needs no spool, because it can be asked for again.
    ///
    /// - Parameters:
    ///   - arm: the monitored system.
    ///   - broker: the broker and the queues.
    ///   - logger: is told every change of state once, and every failed poll.
    /// - Throws: `SpoolError` if there is no memory for it.
    public init(polling arm: any Arm, broker: BrokerSettings, logger: Logger) throws(SpoolError) {
        let configuration = Configuration(broker: broker, name: arm.name, setAsideDirectory: ".")
        let spool = try Spool.inMemory(limit: 1 << 20, logger: logger)
        self.init(configuration, arm: arm, spool: spool, logger: logger)
    }

    init(_ configuration: Configuration, arm: (any Arm)?, spool: Spool, logger: Logger) {
        self.configuration = configuration
        self.spool = spool
        self.logger = logger
        self.broker = configuration.broker
        self.arm = arm
        self.session = ArmSession(
            name: configuration.name,
            offering: arm?.offers ?? [],
            policy: configuration.session
        )
        self.outbox = Outbox(after: 0, policy: configuration.outbox)
        (self.failures, self.failure) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs until graceful shutdown or cancellation.
    ///
    /// - Throws: ``AMQP/AMQPError`` with the code `configuration` when settings or files are wrong before there ever was a connection.
    public func run() async throws {
        let fatal = await withTaskGroup(of: AMQPError?.self) { group in
            group.addTask {
                await self.stayConnected()
                return nil
            }
            group.addTask {
                await self.fillOutbox()
                return nil
            }
            group.addTask {
                await self.keepTime()
                return nil
            }
            if let arm = self.arm {
                group.addTask {
                    await self.poll(arm)
                    return nil
                }
            }
            group.addTask { await self.firstFailure() }
            group.addTask {
                // It fails only when the task is cancelled, which ends the arm as well.
                try? await gracefulShutdown()
                await self.drain()
                return nil
            }
            let outcome = await group.next() ?? nil
            group.cancelAll()
            return outcome
        }
        if let fatal { throw fatal }
    }

    /// Waits until everything in the spool is delivered, however long that takes.
    public func waitUntilDelivered() async throws {
        while !self.isDrained { try await Task.sleep(for: .milliseconds(50)) }
    }

    /// Uses other settings from now on, and connects again with them.
    public func reload(_ broker: BrokerSettings) async {
        self.broker = broker
        self.revision += 1
        await self.connection?.close()
    }

    /// Notes a lasting problem of the arm for its reports to the server, or with `nil` its end; logged when it is news.
    public func setProblem(_ key: String, _ reason: String?) {
        guard self.health.setProblem(key, reason, at: .now) else { return }
        if let reason {
            self.logger.warning("a problem", metadata: ["problem": "\(key)", "reason": "\(reason)"])
        } else {
            self.logger.info("a problem is over", metadata: ["problem": "\(key)"])
        }
    }

    private func firstFailure() async -> AMQPError? {
        for await failure in self.failures { return failure }
        return nil
    }

    /// Delivers what can be delivered soon.
    private func drain() async {
        let deadline = ContinuousClock.now + self.configuration.drainTimeout
        while self.session.isEstablished, !self.isDrained, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(10))
        }
        let left = self.spool.status.batches
        self.logger.info("the arm ends", metadata: ["batches-left-in-spool": "\(left)"])
    }

    private var isDrained: Bool {
        self.spool.status.batches == 0 && self.outbox.isEmpty && self.delivered.isEmpty
    }
}
