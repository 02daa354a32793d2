extension Connection {
    /// Opens a channel.
    ///
    /// - Parameter confirms: Whether the broker shall confirm each published message.
    /// - Returns: The open channel.
    /// - Throws: Why there is none, for instance because all the broker allows are in use.
    public func openChannel(confirms: Bool) async throws(AMQPError) -> Channel {
        guard case .open = self.phase, let transport else { throw self.endError(.channel) }
        guard let number = (1...max(1, transport.limits.channels)).first(where: { self.channels[$0] == nil }) else {
            let reason = "all \(transport.limits.channels) channels the broker allows are in use"
            throw AMQPError(code: .noChannel, stage: .channel, reason: reason, address: self.address)
        }
        let (stream, events) = AsyncThrowingStream<ChannelEvent, any Error>.makeStream()
        let state = ChannelState(
            number: number,
            serial: self.makeSerial(),
            hasConfirms: confirms,
            status: ChannelStatus(),
            events: events,
            maximumBodySize: self.configuration.maximumBodySize
        )
        self.channels[number] = state
        do throws(AMQPError) {
            _ = try await self.call(on: state, .channel) { (transport) throws(AMQPError) in
                try transport.sendChannelOpen(number)
            }
            if confirms {
                _ = try await self.call(on: state, .channel) { (transport) throws(AMQPError) in
                    try transport.sendConfirmSelect(number)
                }
            }
        } catch {
            await self.closeChannel(number, state.serial)
            throw error
        }
        if let blockedReason { events.yield(.blocked(reason: blockedReason)) }
        return Channel(connection: self, number: number, serial: state.serial, status: state.status, events: stream)
    }

    /// Closes a channel and waits for the broker's answer, see ``Channel/close()``; harmless when it has ended.
    func closeChannel(_ number: UInt16, _ serial: UInt64) async {
        guard let channel = self.channels[number], channel.serial == serial, !channel.isClosing else { return }
        let error = AMQPError(
            code: .channelClosed,
            stage: .channel,
            reason: "the channel was closed",
            address: self.address
        )
        self.outbox.fail(error, channel: channel, inOrder: true)
        channel.end(error, isFailure: false)
        await self.farewell(channel)
    }

    /// Uses the queue that is there, whatever its type, or declares it.
    ///
    /// Takes one channel for the moment, because the broker answers "no such queue" by closing the channel.
    ///
    /// - Parameters:
    ///   - name: The name of the queue.
    ///   - type: How to declare it; with `nil` a queue that is not there is an error.
    /// - Returns: What the broker says about it.
    /// - Throws: Why it cannot be used.
    public func declareQueue(_ name: String, as type: QueueType?) async throws(AMQPError) -> DeclaredQueue {
        do throws(AMQPError) {
            return try await self.declare(name, as: nil)
        } catch  where error.code == .notFound && type != nil {
            // One at a time: a broker that ends the connection because of a declaration does not say of which.
            try await self.declarations.begin()
            defer { self.declarations.end() }
            return try await self.declare(name, as: type)
        }
    }

    private func declare(_ name: String, as type: QueueType?) async throws(AMQPError) -> DeclaredQueue {
        guard !name.isEmpty, name.utf8.count <= 255 else {
            throw AMQPError(code: .configuration, stage: .declare, reason: "the name of a queue has 1 to 255 bytes")
        }
        let reply = try await self.withScratchChannel { (channel) throws(AMQPError) in
            try await self.call(on: channel, .declare, isDeclaring: type != nil) { (transport) throws(AMQPError) in
                try transport.sendQueueDeclare(name, as: type, on: channel.number)
            }
        }
        return try self.declaredQueue(reply, existed: type == nil)
    }

    /// Asks on a channel for the moment, because the broker refuses by closing the channel.
    private func withScratchChannel<T>(
        _ ask: (ChannelState) async throws(AMQPError) -> T
    ) async throws(AMQPError) -> T {
        try await self.scratchChannels.begin()
        defer { self.scratchChannels.end() }
        let scratch = try await self.openChannel(confirms: false)
        let answer: T
        do throws(AMQPError) {
            answer = try await ask(try self.channel(scratch.number, scratch.serial, scratch.status, .declare))
        } catch {
            await self.closeChannel(scratch.number, scratch.serial)
            throw error
        }
        await self.closeChannel(scratch.number, scratch.serial)
        return answer
    }

    /// Whether the virtual host has an exchange with this name; needs no permission.
    ///
    /// - Throws: Why it cannot be found out.
    public func hasExchange(_ name: String) async throws(AMQPError) -> Bool {
        do throws(AMQPError) {
            try await self.declareTopicExchange(name, isPassive: true)
            return true
        } catch  where error.code == .notFound {
            return false
        }
    }

    /// Makes a durable topic exchange, unless one with the name is there.
    ///
    /// - Throws: Why there is none; with `preconditionFailed` the one that is there is of another kind.
    public func declareTopicExchange(_ name: String) async throws(AMQPError) {
        guard try await !self.hasExchange(name) else { return }
        try await self.declareTopicExchange(name, isPassive: false)
    }

    private func declareTopicExchange(_ name: String, isPassive: Bool) async throws(AMQPError) {
        try await self.withScratchChannel { (channel) throws(AMQPError) in
            _ = try await self.call(on: channel, .declare) { (transport) throws(AMQPError) in
                try transport.sendExchangeDeclare(name, isPassive: isPassive, on: channel.number)
            }
        }
    }

    /// Makes sure of ``user``, by an empty message that no queue takes: the broker compares the user that it carries.
    ///
    /// Does nothing where the sign-in says it.
    ///
    /// - Parameter exchange: One that the user may publish to; empty for the default one.
    /// - Throws: Why it cannot be found out; for instance because the broker takes no messages at the moment.
    public func confirmUser(by exchange: String) async throws {
        guard case .external = self.configuration.authentication.mechanism, let user = self.user else { return }
        let channel = try await self.openChannel(confirms: true)
        // Nobody waits for the answer: a broker that takes no messages gives none.
        defer { Task { await channel.close() } }
        do {
            let route = Route(exchange: exchange, routingKey: "", userID: user)
            _ = try await channel.publish([], by: route, messageID: "")
            for try await event in channel.events {
                switch event {
                case .confirmed: return
                case .blocked(let reason):
                    throw AMQPError(code: .timeout, stage: .publish, reason: reason, address: self.address)
                default: continue
                }
            }
        } catch {
            guard self.user != user else { throw error }
        }
    }

    /// Lets an exchange put messages with a routing key into a queue, for each of several; nothing changes if it does already.
    ///
    /// - Throws: Why not; the user needs the rights to write to the queues and to read from the exchange.
    public func bind(_ keys: [(queue: String, key: String)], to exchange: String) async throws(AMQPError) {
        try await self.withScratchChannel { (channel) throws(AMQPError) in
            for (queue, key) in keys {
                _ = try await self.call(on: channel, .declare) { (transport) throws(AMQPError) in
                    try transport.sendQueueBind(queue, to: exchange, key: key, on: channel.number)
                }
            }
        }
    }

    /// Looks at a queue on a channel that is in use.
    func inspectQueue(
        _ name: String,
        on number: UInt16,
        serial: UInt64,
        status: ChannelStatus
    ) async throws(AMQPError) -> DeclaredQueue {
        let channel = try self.channel(number, serial, status, .declare)
        let reply = try await self.call(on: channel, .declare) { (transport) throws(AMQPError) in
            try transport.sendQueueDeclare(name, as: nil, on: number)
        }
        return try self.declaredQueue(reply, existed: true)
    }

    private func declaredQueue(_ reply: Method, existed: Bool) throws(AMQPError) -> DeclaredQueue {
        guard case .queueDeclareOK(let name, let messages, let consumers) = reply else {
            throw self.violation("queue.declare was answered by \(reply)")
        }
        return DeclaredQueue(name: name, messageCount: messages, consumerCount: consumers, existed: existed)
    }

    /// Starts a consumer.
    func consume(
        _ queue: String,
        prefetch: UInt16,
        on number: UInt16,
        serial: UInt64,
        status: ChannelStatus
    ) async throws(AMQPError) {
        let channel = try self.channel(number, serial, status, .consume)
        guard queue.utf8.count <= 255 else {
            throw AMQPError(code: .configuration, stage: .consume, reason: "the name of a queue has 1 to 255 bytes")
        }
        // A tag of our own, because the first delivery can follow the answer at once.
        let tag = "hatohol-\(self.makeSerial())"
        _ = try await self.call(on: channel, .consume) { (transport) throws(AMQPError) in
            try transport.sendQos(prefetch: prefetch, on: number)
        }
        channel.consumers[tag] = queue
        _ = try await self.call(on: channel, .consume) { (transport) throws(AMQPError) in
            try transport.sendConsume(queue, consumerTag: tag, on: number)
        }
    }

    // MARK: Finding

    /// The state behind a channel its user still holds.
    func channel(
        _ number: UInt16,
        _ serial: UInt64,
        _ status: ChannelStatus,
        _ stage: AMQPError.Stage
    ) throws(AMQPError) -> ChannelState {
        guard let channel = self.channels[number], channel.serial == serial, !channel.isEnded else {
            throw status.failure(stage)
        }
        return channel
    }

    private func endError(_ stage: AMQPError.Stage) -> AMQPError {
        if case .closed(let error?) = self.phase { return error.during(stage) }
        return AMQPError(
            code: .connectionClosed,
            stage: stage,
            reason: "the connection is not open",
            address: self.address
        )
    }
}
