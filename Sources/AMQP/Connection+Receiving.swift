/// What the broker sends on a channel.
extension Connection {
    func handle(_ method: Method, on number: UInt16) throws(AMQPError) {
        guard let channel = self.channels[number] else {
            throw self.violation("a method came on channel \(number), which is not open")
        }
        switch method {
        case .channelClose(let code, let reason):
            return self.end(channel, replyCode: code, reason: reason)
        case .channelCloseOK where channel.isClosing:
            self.channels[number] = nil
            return try self.answer(method, on: channel)
        case _ where channel.isClosing:
            return
        default: break
        }
        guard channel.assembler.isIdle else { throw self.violation("a method came within a message") }
        switch method {
        case .deliver(let envelope), .returned(let envelope):
            do {
                try channel.assembler.begin(envelope)
            } catch {
                throw self.violation(error.reason)
            }
        case .ack(let tag, let multiple):
            channel.events.yield(.confirmed(tag: tag, multiple: multiple))
        case .nack(let tag, let multiple):
            channel.events.yield(.rejected(tag: tag, multiple: multiple))
        case .cancel(let consumerTag, let wantsReply):
            self.cancelConsumer(consumerTag, wantsReply: wantsReply, on: channel)
        case .channelOpenOK, .exchangeDeclareOK, .queueDeclareOK, .queueBindOK, .qosOK, .consumeOK, .confirmSelectOK:
            try self.answer(method, on: channel)
        default:
            throw self.violation("unexpected \(method)")
        }
    }

    /// Feeds a header or a body frame to the channel's assembler, and hands the message on when it is complete.
    func handleContent(
        on number: UInt16,
        _ take: (inout ContentAssembler) throws(ContentAssembler.UnexpectedFrame) -> ContentAssembler.Content?
    ) throws(AMQPError) {
        guard let channel = self.channels[number] else {
            throw self.violation("a message came on channel \(number), which is not open")
        }
        guard !channel.isClosing else { return }
        let content: ContentAssembler.Content?
        do {
            content = try take(&channel.assembler)
        } catch {
            throw self.violation(error.reason)
        }
        guard let content else { return }
        switch content.envelope {
        case .delivery(let consumerTag, let tag, let redelivered, let routingKey):
            channel.events.yield(
                .delivery(
                    Delivery(
                        tag: tag,
                        redelivered: redelivered,
                        queue: channel.consumers[consumerTag] ?? routingKey,
                        routingKey: routingKey,
                        messageID: content.properties.messageID,
                        userID: content.properties.userID,
                        body: content.body,
                        size: content.size
                    )
                )
            )
        case .returned(let replyCode, let reason):
            channel.events.yield(
                .returned(messageID: content.properties.messageID ?? "", replyCode: replyCode, reason: reason)
            )
        }
    }

    /// Ends a channel the broker has closed.
    private func end(_ channel: ChannelState, replyCode: UInt16, reason: String) {
        let number = channel.number
        self.outbox.add(
            Outbox.Request(channel: nil, stage: .channel) { (transport) throws(AMQPError) in
                try transport.sendChannelCloseOK(number)
            }
        )
        if channel.isClosing {
            // Both sides closed it at once. The answer to ours still comes, unless ours has not gone out yet.
            guard self.outbox.withdrawAll(on: channel) else { return }
            self.channels[number] = nil
            for call in channel.calls { call.answer.set(.success(.channelCloseOK)) }
            channel.calls = []
            return
        }
        let error = AMQPError(
            replyCode: replyCode,
            reason: reason,
            stage: channel.calls.first?.stage ?? .channel,
            closes: .channelClosed,
            address: self.address
        )
        self.learnUser(from: error)
        self.channels[number] = nil
        self.outbox.fail(error, channel: channel)
        channel.end(error, isFailure: true)
    }

    private func cancelConsumer(_ consumerTag: String, wantsReply: Bool, on channel: ChannelState) {
        let number = channel.number
        let queue = channel.consumers.removeValue(forKey: consumerTag)
        channel.events.yield(.consumerCancelled(queue: queue ?? ""))
        guard wantsReply else { return }
        self.outbox.add(
            Outbox.Request(channel: channel, stage: .consume) { (transport) throws(AMQPError) in
                try transport.sendCancelOK(consumerTag: consumerTag, on: number)
            }
        )
    }
}
