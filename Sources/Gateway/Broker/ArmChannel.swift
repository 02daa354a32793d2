internal import AMQP
internal import Logging
internal import Store

/// Keeps the queue pair of one monitoring server open on its link, and hands over what comes.
///
/// The link is shared with other monitoring servers. A broker that ends the whole connection because of a request for these
/// queues would cut all of them off each time it is asked again, so that request is not made again.
struct ArmChannel: Sendable {
    /// What happens on the queues.
    enum Event: Sendable {
        case opened(Channel)
        case closed(String)
        case delivery(Delivery)
        /// How many consume the queue of the arm's messages, this server included.
        case consumers(Int)
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

    /// The queue we answer on.
    static func outgoing(_ broker: MonitoringServer.Broker) -> String { "\(broker.queue)-T" }

    /// The queue we consume, and the one we answer on.
    var incoming: String { "\(self.broker.queue)-S" }
    var outgoing: String { Self.outgoing(self.broker) }

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
            case .connected(let connection): guard await self.serve(connection, &memory) else { return }
            case .disconnected(let reason): self.handler(.closed(memory.cut.map { "\($0)" } ?? reason))
            }
        }
    }

    /// Serves a connection until it breaks; trouble with these queues alone is tried again after a pause.
    ///
    /// - Returns: false if the connection carries no more channels.
    func serve(_ connection: Connection, _ memory: inout Memory) async -> Bool {
        if memory.cut?.stage == .channel {
            try? await Task.sleep(for: Self.pauseAfterCut)
            memory.cut = nil
        }
        memory.failures = 0
        while !Task.isCancelled {
            do {
                let channel = try await self.open(connection, mayDeclare: memory.cut == nil)
                self.handler(.opened(channel))
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

    private func open(_ connection: Connection, mayDeclare: Bool) async throws -> Channel {
        let type = QueueType(rawValue: self.broker.queueType) ?? .durable
        // Before there is a channel of our own: looking for queues takes one, and there may be just one left.
        for queue in [self.incoming, self.outgoing] {
            let found = try await connection.declareQueue(queue, as: mayDeclare ? type : nil)
            if queue == self.incoming { self.handler(.consumers(Int(found.consumerCount) + 1)) }
        }
        let channel = try await connection.openChannel(confirms: false)
        do {
            try await channel.consume(self.incoming, prefetch: Self.prefetch)
            return channel
        } catch {
            await channel.close()
            throw error
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
                    self.handler(.consumers(Int(try await channel.inspectQueue(self.incoming).consumerCount)))
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
                throw AMQPError(code: .channelClosed, stage: .publish, reason: "\(self.outgoing): \(reason)")
            case .confirmed, .rejected, .blocked, .unblocked: break
            }
        }
    }
}
