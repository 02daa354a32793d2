internal import AMQP
internal import Logging
internal import Store

/// Keeps the queue pair of one monitoring server open on its link, and hands over what comes.
struct ArmChannel: Sendable {
    /// What happens on the queues.
    enum Event: Sendable {
        case opened(Channel)
        case closed(String)
        case delivery(Delivery)
    }

    /// Deliveries that may be unacknowledged at a time: a window that keeps the store's transactions full.
    static let prefetch: UInt16 = 32
    private static let pauses: [Duration] = [1, 2, 5, 10, 30].map { .seconds($0) }

    let broker: MonitoringServer.Broker
    let link: BrokerLink
    let logger: Logger
    let handler: @Sendable (Event) -> Void

    /// The queue we consume, and the one we answer on.
    var incoming: String { "\(self.broker.queue)-S" }
    var outgoing: String { "\(self.broker.queue)-T" }

    /// Opens the queues whenever the link is connected, until cancelled.
    func run() async {
        for await status in self.link.statuses() {
            switch status {
            case .connected(let connection): await self.serve(connection)
            case .disconnected(let reason): self.handler(.closed(reason))
            }
        }
    }

    /// Serves a connection until it breaks; trouble with these queues alone is tried again after a pause.
    func serve(_ connection: Connection) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let channel = try await self.open(connection)
                self.handler(.opened(channel))
                failures = 0
                try await self.consume(channel)
                // Closed by us, perhaps to connect anew: the tags of its deliveries mean nothing on another.
                self.handler(.closed("the connection was closed"))
                return await channel.close()
            } catch let error as AMQPError {
                self.handler(.closed("\(error)"))
                if error.code == .connectionClosed || error.code == .cancelled { return }
                self.logger.warning("cannot use the queues", metadata: ["reason": "\(error)"])
            } catch {
                self.handler(.closed("\(error)"))
            }
            try? await Task.sleep(for: Self.pauses[min(failures, Self.pauses.count - 1)])
            failures += 1
        }
    }

    private func open(_ connection: Connection) async throws -> Channel {
        let channel = try await connection.openChannel(confirms: false)
        do {
            let type = QueueType(rawValue: self.broker.queueType) ?? .durable
            for queue in [self.incoming, self.outgoing] { _ = try await channel.declareQueue(queue, as: type) }
            try await channel.consume(self.incoming, prefetch: Self.prefetch)
            return channel
        } catch {
            await channel.close()
            throw error
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
