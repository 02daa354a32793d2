internal import CRabbitMQ

extension Connection {
    /// Publishes; returns when the last byte is in the socket's buffer.
    func publish(
        _ body: [UInt8],
        by route: Route,
        messageID: String,
        on number: UInt16,
        serial: UInt64,
        status: ChannelStatus
    ) async throws(AMQPError) -> UInt64 {
        let channel = try self.channel(number, serial, status, .publish)
        guard route.isEncodable, messageID.utf8.count <= 255 else {
            let reason = "exchange, routing key, user or message id is longer than 255 bytes"
            throw AMQPError(code: .configuration, stage: .publish, reason: reason, address: self.address)
        }
        var publication = Outbox.Publication(
            id: self.makeSerial(),
            channel: channel,
            route: route,
            messageID: messageID,
            body: body
        )
        if self.outbox.isEmpty, self.blockedReason == nil {
            do throws(AMQPError) {
                if let tag = try self.advance(&publication) { return tag }
            } catch {
                self.finish(error)
                throw error
            }
        }
        return try await self.waitInOutbox(publication)
    }

    private func waitInOutbox(_ publication: Outbox.Publication) async throws(AMQPError) -> UInt64 {
        var publication = publication
        let id = publication.id
        let result = await FirstResult.of { result in
            publication.result = result
            if publication.tag != nil {
                self.outbox.current = publication
            } else {
                self.outbox.add(publication)
            }
        } onCancel: {
            .failure(.cancelled(.publish))
        }
        if case .failure = result { self.outbox.withdraw(id) }
        return try result.get()
    }

    /// Acknowledges deliveries.
    func acknowledge(
        _ tag: UInt64,
        multiple: Bool,
        on number: UInt16,
        serial: UInt64,
        status: ChannelStatus
    ) async throws(AMQPError) {
        let channel = try self.channel(number, serial, status, .receive)
        let send = { (transport: Transport) throws(AMQPError) in
            let ack = amqp_basic_ack_t(delivery_tag: tag, multiple: multiple ? 1 : 0)
            try transport.send(AMQP_BASIC_ACK_METHOD, ack, on: number, stage: .receive)
        }
        if self.outbox.isClear(for: channel), let transport, transport.isWritable {
            do throws(AMQPError) {
                try send(transport)
                self.heartbeats.sent(at: .now)
                return
            } catch {
                self.finish(error)
                throw error
            }
        }
        let result = await FirstResult.of { result in
            self.outbox.add(Outbox.Request(channel: channel, stage: .receive, send: send, result: result))
        } onCancel: {
            .failure(.cancelled(.receive))
        }
        try result.get()
    }

    /// Writes as much as the socket takes without making us wait.
    func flush() throws(AMQPError) {
        while let transport {
            if let request = self.outbox.nextRequest() {
                guard transport.isWritable else { return self.outbox.putBack(request) }
                do throws(AMQPError) {
                    try request.send(transport)
                } catch {
                    // Whoever waits for it learns of the failure with all the others, when the connection ends.
                    self.outbox.putBack(request)
                    throw error
                }
                self.heartbeats.sent(at: .now)
                request.result?.set(.success(()))
            } else if var publication = self.outbox.current {
                guard let tag = try self.advance(&publication) else {
                    self.outbox.current = publication
                    return
                }
                self.outbox.current = nil
                publication.result?.set(.success(tag))
            } else if self.blockedReason == nil, let publication = self.outbox.nextPublication() {
                self.outbox.current = publication
            } else {
                return
            }
        }
    }

    /// Writes frames of a message while the socket takes them; returns its tag after the last one.
    private func advance(_ publication: inout Outbox.Publication) throws(AMQPError) -> UInt64? {
        guard let transport else { throw publication.channel.status.failure(.publish) }
        while transport.isWritable {
            let tag = publication.tag ?? publication.channel.nextTag()
            let isBegun = publication.tag != nil
            publication.tag = tag
            let next = try transport.publish(publication, isBegun: isBegun)
            publication.offset = next
            self.heartbeats.sent(at: .now)
            if next == publication.body.count { return tag }
        }
        return nil
    }
}
