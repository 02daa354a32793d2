internal import CRabbitMQ

/// The methods a client sends, apart from publishing and signing in.
extension Transport {
    func sendConnectionClose() throws(AMQPError) {
        let close = amqp_connection_close_t(
            reply_code: UInt16(AMQP_REPLY_SUCCESS),
            reply_text: amqp_bytes_t("goodbye"),
            class_id: 0,
            method_id: 0
        )
        try self.send(AMQP_CONNECTION_CLOSE_METHOD, close, on: 0, stage: .channel)
    }

    func sendConnectionCloseOK() throws(AMQPError) {
        try self.send(AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t(), on: 0, stage: .channel)
    }

    func sendChannelOpen(_ channel: UInt16) throws(AMQPError) {
        try self.send(AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t(), on: channel, stage: .channel)
    }

    func sendChannelClose(_ channel: UInt16) throws(AMQPError) {
        let close = amqp_channel_close_t(
            reply_code: UInt16(AMQP_REPLY_SUCCESS),
            reply_text: amqp_bytes_t("goodbye"),
            class_id: 0,
            method_id: 0
        )
        try self.send(AMQP_CHANNEL_CLOSE_METHOD, close, on: channel, stage: .channel)
    }

    func sendChannelCloseOK(_ channel: UInt16) throws(AMQPError) {
        try self.send(AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t(), on: channel, stage: .channel)
    }

    func sendConfirmSelect(_ channel: UInt16) throws(AMQPError) {
        try self.send(AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t(), on: channel, stage: .channel)
    }

    /// Asks whether a queue exists, or declares it with a type.
    func sendQueueDeclare(_ name: String, as type: QueueType?, on channel: UInt16) throws(AMQPError) {
        try name.withAMQPBytes { (queue) throws(AMQPError) in
            var declare = amqp_queue_declare_t()
            declare.queue = queue
            declare.passive = type == nil ? 1 : 0
            declare.durable = type == .durable || type == .quorum ? 1 : 0
            var arguments = [
                amqp_table_entry_t(
                    key: amqp_bytes_t("x-queue-type"),
                    value: ClientProperties.text(amqp_bytes_t("quorum"))
                )
            ]
            var span = arguments.mutableSpan
            try span.withUnsafeMutableBufferPointer { (entries) throws(AMQPError) in
                if type == .quorum {
                    declare.arguments = amqp_table_t(num_entries: 1, entries: entries.baseAddress)
                }
                try self.send(AMQP_QUEUE_DECLARE_METHOD, declare, on: channel, stage: .declare)
            }
        }
    }

    /// Asks whether an exchange exists, or makes it: durable, of the type `topic`.
    func sendExchangeDeclare(_ name: String, isPassive: Bool, on channel: UInt16) throws(AMQPError) {
        try name.withAMQPBytes { (exchange) throws(AMQPError) in
            var declare = amqp_exchange_declare_t()
            declare.exchange = exchange
            declare.type = amqp_bytes_t("topic")
            declare.passive = isPassive ? 1 : 0
            declare.durable = 1
            try self.send(AMQP_EXCHANGE_DECLARE_METHOD, declare, on: channel, stage: .declare)
        }
    }

    func sendQueueBind(_ queue: String, to exchange: String, key: String, on channel: UInt16) throws(AMQPError) {
        try queue.withAMQPBytes { (queue) throws(AMQPError) in
            try exchange.withAMQPBytes { (exchange) throws(AMQPError) in
                try key.withAMQPBytes { (key) throws(AMQPError) in
                    var bind = amqp_queue_bind_t()
                    bind.queue = queue
                    bind.exchange = exchange
                    bind.routing_key = key
                    try self.send(AMQP_QUEUE_BIND_METHOD, bind, on: channel, stage: .declare)
                }
            }
        }
    }

    func sendQos(prefetch: UInt16, on channel: UInt16) throws(AMQPError) {
        let qos = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: prefetch, global: 0)
        try self.send(AMQP_BASIC_QOS_METHOD, qos, on: channel, stage: .consume)
    }

    func sendConsume(_ queue: String, consumerTag: String, on channel: UInt16) throws(AMQPError) {
        try queue.withAMQPBytes { (queue) throws(AMQPError) in
            try consumerTag.withAMQPBytes { (tag) throws(AMQPError) in
                var consume = amqp_basic_consume_t()
                consume.queue = queue
                consume.consumer_tag = tag
                try self.send(AMQP_BASIC_CONSUME_METHOD, consume, on: channel, stage: .consume)
            }
        }
    }

    func sendCancelOK(consumerTag: String, on channel: UInt16) throws(AMQPError) {
        try consumerTag.withAMQPBytes { (tag) throws(AMQPError) in
            let reply = amqp_basic_cancel_ok_t(consumer_tag: tag)
            try self.send(AMQP_BASIC_CANCEL_OK_METHOD, reply, on: channel, stage: .consume)
        }
    }
}

extension Outbox.Request {
    static var connectionClose: Self {
        Self(channel: nil, stage: .channel) { (transport) throws(AMQPError) in
            try transport.sendConnectionClose()
        }
    }
}
