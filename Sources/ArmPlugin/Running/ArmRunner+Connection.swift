internal import AMQP
internal import HAPI
internal import JSONRPC
internal import Logging
internal import Spool

extension ArmRunner {
    /// How many messages of the server may be on their way to us unacknowledged.
    private static let prefetch: UInt16 = 64
    /// How many days before the end of a certificate it is said.
    private static let daysOfWarning: Int64 = 14
    /// How many messages of the session may wait for a broker that takes none.
    private static let mostControlMessages = 1000

    /// Connects, and again, until the task is cancelled.
    func stayConnected() async {
        let reconnector = Reconnector(
            logger: self.logger,
            configuration: { await self.useSettings() },
            onChange: { await self.connectionChanged($0) }
        )
        await reconnector.run { connection in try await self.serve(connection) }
    }

    private func useSettings() -> ConnectionConfiguration {
        self.usedRevision = self.revision
        return self.broker.connection
    }

    private func connectionChanged(_ status: Reconnector.Status) {
        switch status {
        case .connected(_, let peer):
            self.hasConnected = true
            let ending = peer?.certificatesEnding(within: Self.daysOfWarning, of: TimeStamp.now.seconds) ?? []
            let texts = ending.map { "\($0.name) ends in \($0.daysLeft) days: renew it" }
            self.setProblem("certificate", texts.isEmpty ? nil : texts.joined(separator: "; "))
            self.lastDisconnection = nil
        case .disconnected(let error):
            // It may be another broker next time, or this one with other limits.
            self.outbox.forgetLimits()
            self.lastDisconnection = error
            if error.code == .configuration, !self.hasConnected { self.failure.yield(error) }
        }
    }

    /// Serves one connection; throws when it is of no more use.
    private func serve(_ connection: Connection) async throws {
        self.hasConnected = true
        // Before there is a channel of our own: looking for queues takes one, and a user may be allowed only one.
        for queue in [self.broker.queues.toServer, self.broker.queues.toArm] {
            self.noteConsumers(of: try await connection.declareQueue(queue, as: self.broker.queueType), own: 0)
        }
        let route = try await self.findRoute(on: connection)
        let channel = try await connection.openChannel(confirms: true)
        try await channel.consume(self.broker.queues.toArm, prefetch: Self.prefetch)
        guard !self.isReloading else { throw Reconnector.Again() }
        self.use(route)
        let sender = self.begin(connection)
        defer { self.end() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.publish(on: channel, by: route, wokenBy: sender) }
            group.addTask { try await self.receive(from: channel, answering: route) }
            group.addTask { try await self.watchQueues(by: channel) }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch let error as AMQPError
                where self.learnsSize(from: error) || self.learnsName(from: error, on: connection, route)
            {
                throw Reconnector.Again()
            } catch {
                guard self.isReloading else { throw error }
            }
        }
        guard !Task.isCancelled else { return }
        if self.isReloading { throw Reconnector.Again() }
        throw ConnectionEnd(description: "the connection was closed")
    }

    private func findRoute(on connection: Connection) async throws(AMQPError) -> Route {
        defer { self.isUnbound = false }
        var route =
            self.isUnbound ? self.broker.defaultRoute(as: connection.user) : try await self.broker.route(on: connection)
        if route.exchange.isEmpty, self.isNameUnknown { route.userID = nil }
        return route
    }

    /// Whether the broker knows us by another name than our messages carried, and there is a way on.
    ///
    /// If it did not say by which, messages through the default exchange, where nobody may need it, go without a name from now on.
    private func learnsName(from error: AMQPError, on connection: Connection, _ route: Route) -> Bool {
        guard error.isAboutUser, let name = route.userID else { return false }
        if connection.user != name { return true }
        self.isNameUnknown = route.exchange.isEmpty
        return self.isNameUnknown
    }

    /// Notes how messages go, and says so when that is news.
    private func use(_ route: Route) {
        guard self.route != route else { return }
        self.route = route
        let exchange =
            route.exchange.isEmpty
            ? "the default one, where a node is not kept from the queues of others" : route.exchange
        self.logger.info(
            "messages go by an exchange",
            metadata: ["exchange": "\(exchange)", "key": "\(route.routingKey)"]
        )
    }

    private func begin(_ connection: Connection) -> Signal {
        let sender = Signal()
        self.connection = connection
        self.sender = sender
        self.confirmations = Confirmations()
        self.counters.connections += 1
        self.perform(self.session.connected(at: .now))
        return sender
    }

    private func end() {
        self.sender?.finish()
        self.sender = nil
        self.connection = nil
        self.control = []
        self.outbox.disconnected()
        self.endFetches()
        self.failCalls(self.calls.removeAll())
        self.blocked(nil)
        self.perform(self.session.disconnected())
    }

    // MARK: Publishing

    private func publish(on channel: Channel, by route: Route, wokenBy sender: Signal) async throws {
        var request: [UInt8] = []
        for await _ in sender.stream {
            while let message = self.nextControlMessage() {
                self.confirmations.publishing(nil)
                _ = try await channel.publish(message.bytes, by: route, messageID: message.messageID)
            }
            while self.control.isEmpty, let id = self.nextEventRequest(&request) {
                self.confirmations.publishing(id)
                _ = try await channel.publish(request, by: route, messageID: String(id))
                self.outbox.published(id, at: .now)
                self.counters.requests += 1
            }
            if !self.control.isEmpty { sender.send() }
        }
    }

    private func nextControlMessage() -> (bytes: [UInt8], messageID: String)? {
        self.control.isEmpty ? nil : self.control.removeFirst()
    }

    /// Writes the next request in the space of the one before, which has been sent.
    private func nextEventRequest(_ bytes: inout [UInt8]) -> Int64? {
        guard self.session.isEstablished, let request = self.outbox.next(at: .now) else { return nil }
        bytes.removeAll(keepingCapacity: true)
        request.append(to: &bytes)
        return request.id
    }

    /// Puts a message of the session in line.
    func enqueue(_ bytes: [UInt8], messageID: String) {
        guard self.control.count < Self.mostControlMessages else { return }
        self.control.append((bytes, messageID))
        self.sender?.send()
    }

    // MARK: Receiving

    private func receive(from channel: Channel, answering route: Route) async throws {
        for try await event in channel.events {
            switch event {
            case .delivery(let delivery):
                if let doubt = self.broker.doubt(about: delivery, route: route) {
                    self.noteForeign(doubt)
                } else if !delivery.isOversized {
                    self.received(Message(parsing: delivery.body, invalidUTF8: .repair))
                }
                await self.settle()
                try await channel.acknowledge(delivery.tag, multiple: false)
            case .confirmed(let tag, let multiple): self.confirmations.confirmed(tag, multiple: multiple)
            case .rejected(let tag, let multiple):
                for id in self.confirmations.rejected(tag, multiple: multiple) { self.outbox.undelivered(id, at: .now) }
                self.noteNack()
            case .returned(_, let code, let reason):
                try self.returned(route, "\(code) \(reason)")
            case .consumerCancelled(let queue):
                throw ConnectionEnd(description: "the queue \(queue) is gone")
            case .blocked(let reason): self.blocked(reason)
            case .unblocked: self.blocked(nil)
            }
        }
    }

    /// No queue took a message.
    private func returned(_ route: Route, _ reason: String) throws {
        guard !route.exchange.isEmpty else {
            throw ConnectionEnd(description: "the queue \(route.routingKey) is gone: \(reason)")
        }
        let why =
            "the exchange \(route.exchange) has no queue for \(route.routingKey): \(reason); hatohol-server binds "
            + "\(self.broker.queues.toServer) to it when it runs and the node is registered there"
        guard self.broker.exchange == .found else { throw ConnectionEnd(description: why) }
        // The exchange may be that of a server to which this node does not belong: its own may be an original one.
        self.logger.info("trying the default exchange", metadata: ["reason": "\(why)"])
        self.isUnbound = true
        throw Reconnector.Again()
    }

    private func blocked(_ reason: String?) {
        let wasBlocked = self.isBlocked
        self.isBlocked = reason != nil
        if wasBlocked, !self.isBlocked { self.outbox.extendDeadlines(from: .now) }
        self.setProblem("broker", reason.map { "the broker takes no messages: \($0)" })
    }
}

/// Why a connection that works is given up.
private struct ConnectionEnd: Error, CustomStringConvertible {
    let description: String
}
