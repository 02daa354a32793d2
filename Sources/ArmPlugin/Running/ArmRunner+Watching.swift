internal import AMQP
internal import HAPI
internal import Logging
internal import Spool

/// What keeps events from moving, said where people look: the log, `--status`, the metrics and the reports to the server.
extension ArmRunner {
    /// How long after the last refusal of the broker, or the last message of somebody else, all counts as well again.
    private static let calm = Duration.seconds(10)

    // MARK: Refusals of the broker

    /// The broker refused a message (`basic.nack`).
    func noteNack() {
        self.lastRefusal = (.now, self.counters.deliveredEvents)
        let queue = self.broker.queues.toServer
        self.setProblem(
            "refused",
            "the broker refuses messages for \(queue) (basic.nack): the queue is full, or its limit is smaller than a request; "
                + "look at its policy (rabbitmqctl list_policies): raise max-length or max-length-bytes, or remove overflow=reject-publish"
        )
    }

    /// Whether the connection ended because a message was too large, in which case smaller ones are made from now on.
    func learnsSize(from error: AMQPError) -> Bool {
        let (isRefused, limit) = error.refusedSize
        guard isRefused, self.outbox.tooLarge(limit: limit) else { return false }
        self.lastRefusal = (.now, self.counters.deliveredEvents)
        let size = limit.map { "of more than \($0) bytes" } ?? "of that size"
        self.setProblem(
            "refused",
            "the broker takes no messages \(size) (max_message_size): larger requests are divided"
        )
        return true
    }

    /// Ends the problem when the broker has taken messages for a while, and tells of events that it does not take at all.
    func watchRefusals(_ now: ContinuousClock.Instant) {
        if let last = self.lastRefusal, now - last.at >= Self.calm,
            self.counters.deliveredEvents > last.delivered || !self.isWaiting
        {
            self.lastRefusal = nil
            self.setProblem("refused", nil)
        }
        let held = self.outbox.held.map { batch in
            let id = batch.firstEventID ?? "\(batch.firstSequence)"
            return
                "event \(id) of \(batch.payload.count) bytes is larger than the broker or the queue \(self.broker.queues.toServer) "
                + "takes; it stays in the spool; raise max_message_size or the limit of the queue"
        }
        self.setProblem("held", held)
    }

    // MARK: Messages of others

    /// A message that is not the server's came, and was left alone.
    func noteForeign(_ reason: String) {
        // One line, however many come.
        if self.lastForeign == nil { self.setProblem("answers", reason) }
        self.lastForeign = .now
    }

    /// Ends the problem when no more of them have come for a while.
    func watchForeign(_ now: ContinuousClock.Instant) {
        guard let last = self.lastForeign, now - last >= Self.calm else { return }
        self.lastForeign = nil
        self.setProblem("answers", nil)
    }

    // MARK: Standstill

    /// Says that nothing moves, if that lasts.
    func watchForStall(_ now: ContinuousClock.Instant) {
        let state = StallWatch.State(
            isConnected: self.connection != nil,
            isEstablished: self.session.isEstablished,
            isWaiting: self.isWaiting,
            delivered: self.counters.deliveredEvents
        )
        let obstacle = self.stallWatch.obstacle(state, at: now)
        // A problem of its own says why then.
        let isSaid = self.isBlocked || (obstacle == .answers && self.outbox.held != nil)
        self.setProblem("delivery", isSaid ? nil : obstacle.map(self.describe))
    }

    private var isWaiting: Bool { self.spool.status.batches > 0 || !self.outbox.isEmpty }

    private func describe(_ obstacle: StallWatch.Obstacle) -> String {
        switch obstacle {
        case .connection:
            return "no connection to the broker" + (self.lastDisconnection.map { ": \($0)" } ?? "")
        case .session where self.serverConsumers == 0:
            return
                "no server consumes \(self.broker.queues.toServer): check that hatohol-server runs and that this node is registered there"
        case .session:
            return "the server does not answer: check that it runs and answers on \(self.broker.queues.toArm)"
        case .answers:
            return "events wait, and the server has confirmed none for more than \(StallWatch.patience)"
        }
    }

    // MARK: Who else is there

    /// Looks now and then at who consumes the queues, for as long as the channel lives.
    func watchQueues(by channel: Channel) async throws {
        while true {
            try await Task.sleep(for: self.configuration.queueCheckInterval)
            for queue in [self.broker.queues.toServer, self.broker.queues.toArm] {
                self.noteConsumers(
                    of: try await channel.inspectQueue(queue),
                    own: queue == self.broker.queues.toArm ? 1 : 0
                )
            }
        }
    }

    /// Takes in how many consume a queue, `own` of them being this arm.
    func noteConsumers(of queue: DeclaredQueue, own: UInt32) {
        if queue.name == self.broker.queues.toServer {
            // A connection that was lost is a consumer until the broker has noticed: only what is seen twice counts.
            let isLasting = queue.consumerCount > 1 && self.serverConsumers ?? 0 > 1
            self.serverConsumers = queue.consumerCount
            self.setProblem(
                "servers",
                !isLasting
                    ? nil
                    : "\(queue.consumerCount) servers consume \(queue.name), or one with two registrations: events are divided between them"
            )
        } else {
            self.setProblem(
                "arms",
                queue.consumerCount <= own
                    ? nil
                    : "another arm consumes \(queue.name): answers of the server are lost; one agent per queue"
            )
        }
    }
}
