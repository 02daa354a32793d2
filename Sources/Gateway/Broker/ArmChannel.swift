internal import AMQP
internal import HAPI
internal import Logging
internal import Store

/// Keeps the queue pair of one monitoring server open on its link, and hands over what comes.
///
/// The link is shared with other monitoring servers. A broker that ends the whole connection because of a request for these
/// queues would cut all of them off each time it is asked again, so that request is not made again.
struct ArmChannel: Sendable {
    /// What happens on the queues.
    enum Event: Sendable {
        case opened(Opened)
        case closed(String)
        case delivery(Delivery)
        /// How many consume the queue of the arm's messages, this server included.
        case consumers(Int)
    }

    /// The queues, ready for use.
    struct Opened: Sendable {
        let channel: Channel
        /// How messages go to the arm.
        let route: Route
        /// Whose messages are the arm's.
        let identity: ArmIdentity
    }

    /// Deliveries that may be unacknowledged at a time: a window that keeps the store's transactions full.
    static let prefetch: UInt16 = 32
    private static let pauses: [Duration] = [1, 2, 5, 10, 30].map { .seconds($0) }
    /// How long a server stays off after the broker ended the connection because of its channel.
    private static let pauseAfterCut = Duration.seconds(600)
    /// How often the queue is looked at for other consumers: more rarely than a broker takes to notice a lost connection.
    private static let consumerInterval = Duration.seconds(25)

    let broker: MonitoringServer.Broker
    let link: BrokerLink
    let logger: Logger
    let handler: @Sendable (Event) -> Void

    private var queues: QueuePair { QueuePair(base: self.broker.queue) }

    /// What is remembered from one connection to the next.
    struct Memory {
        var failures = 0
        /// Why the broker ended the connection when it was asked for these queues.
        var cut: AMQPError?
    }

    /// Opens the queues whenever the link is connected, until cancelled or until the connection carries no more channels.
    func run() async {
        var memory = Memory()
        for await status in self.link.statuses() {
            switch status {
            case .connected(let connection, let exchange):
                guard await self.serve(connection, exchange: exchange, &memory) else { return }
            case .disconnected(let reason): self.handler(.closed(memory.cut.map { "\($0)" } ?? reason))
            }
        }
    }

    /// Serves a connection until it breaks; trouble with these queues alone is tried again after a pause.
    ///
    /// - Returns: false if the connection carries no more channels.
    func serve(_ connection: Connection, exchange: String, _ memory: inout Memory) async -> Bool {
        if memory.cut?.stage == .channel {
            try? await Task.sleep(for: Self.pauseAfterCut)
            memory.cut = nil
        }
        memory.failures = 0
        while !Task.isCancelled {
            do {
                let opened = try await self.open(connection, exchange: exchange, mayDeclare: memory.cut == nil)
                let channel = opened.channel
                self.handler(.opened(opened))
                memory = Memory()
                try await self.use(channel)
                // Closed by us, perhaps to connect anew: the tags of its deliveries mean nothing on another.
                self.handler(.closed("the connection was closed"))
                await channel.close()
                return true
            } catch let error as AMQPError {
                if error.code == .noChannel { return false }
                if error.endedConnection { memory.cut = error }
                self.tell(error, memory)
                if error.endedConnection || error.code == .connectionClosed || error.code == .cancelled { return true }
            } catch {
                self.handler(.closed("\(error)"))
            }
            try? await Task.sleep(for: Self.pauses[min(memory.failures, Self.pauses.count - 1)])
            memory.failures += 1
        }
        return true
    }

    private func tell(_ error: AMQPError, _ memory: Memory) {
        guard let cut = memory.cut else {
            self.handler(.closed("\(error)"))
            guard error.code != .connectionClosed, error.code != .cancelled else { return }
            return self.logger.warning("cannot use the queues", metadata: ["reason": "\(error)"])
        }
        self.handler(.closed("\(cut)"))
        guard error.endedConnection else { return }
        self.logger.warning(
            "this monitoring server is off: the broker ended the connection of all because of its queues",
            metadata: ["queue": "\(self.broker.queue)", "reason": "\(cut)"]
        )
    }

    private func open(_ connection: Connection, exchange: String, mayDeclare: Bool) async throws -> Opened {
        let type = QueueType(rawValue: self.broker.queueType) ?? .durable
        // Before there is a channel of our own: looking for queues takes one, and there may be just one left.
        for queue in [self.queues.toServer, self.queues.toArm] {
            let found = try await connection.declareQueue(queue, as: mayDeclare ? type : nil)
            if queue == self.queues.toServer { self.handler(.consumers(Int(found.consumerCount) + 1)) }
        }
        let route = try await self.route(connection, exchange)
        let channel = try await connection.openChannel(confirms: false)
        do {
            try await channel.consume(self.queues.toServer, prefetch: Self.prefetch)
        } catch {
            await channel.close()
            throw error
        }
        let identity = ArmIdentity(armUser: self.broker.armUser, ownUser: connection.user)
        return Opened(channel: channel, route: route, identity: identity)
    }

    /// Binds the queues to the exchange, so that no arm needs the right to; without it the default exchange has to do.
    private func route(_ connection: Connection, _ exchange: String) async throws -> Route {
        guard !exchange.isEmpty, self.queues.hasKeysOfItsOwn else { return .queue(self.queues.toArm) }
        let queues = self.queues
        do {
            try await self.bind(connection, exchange)
        } catch {
            guard error.code == .refused, !error.endedConnection else { throw error }
            self.logger.warning(
                "the arm is reached by the default exchange: its queues cannot be bound to another",
                metadata: ["exchange": "\(exchange)", "reason": "\(error)"]
            )
            return .queue(queues.toArm)
        }
        return Route(exchange: exchange, routingKey: queues.keyToArm, userID: connection.user)
    }

    private func bind(_ connection: Connection, _ exchange: String) async throws(AMQPError) {
        let keys = [(self.queues.toServer, self.queues.keyToServer), (self.queues.toArm, self.queues.keyToArm)]
        do throws(AMQPError) {
            try await connection.bind(keys, to: exchange)
        } catch {
            guard error.code == .notFound, !error.endedConnection else { throw error }
            // Somebody has deleted the exchange since the connection was made.
            try await connection.declareTopicExchange(exchange)
            try await connection.bind(keys, to: exchange)
        }
    }

    /// Consumes, and looks now and then at who else does, until one of both fails or the channel is closed.
    private func use(_ channel: Channel) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.consume(channel) }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.consumerInterval)
                    self.handler(.consumers(Int(try await channel.inspectQueue(self.queues.toServer).consumerCount)))
                }
            }
            try await group.next()
        }
    }

    private func consume(_ channel: Channel) async throws {
        for try await event in channel.events {
            switch event {
            case .delivery(let delivery): self.handler(.delivery(delivery))
            case .consumerCancelled(let queue):
                await channel.close()
                throw AMQPError(
                    code: .channelClosed,
                    stage: .consume,
                    reason: "the broker cancelled the consumer of \(queue)"
                )
            case .returned(_, _, let reason):
                // The arm will ask again; but without its queue it hears nothing.
                await channel.close()
                throw AMQPError(code: .channelClosed, stage: .publish, reason: "\(self.queues.toArm): \(reason)")
            case .confirmed, .rejected, .blocked, .unblocked: break
            }
        }
    }
}
