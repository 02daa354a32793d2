internal import CRabbitMQ

extension Transport {
    /// Sends a small message whole, or the next frame of a large one; returns how much of the body is written then.
    ///
    /// `amqp_basic_publish` would send the frames of a large message one after the other without ever looking whether the
    /// socket takes them.
    func publish(_ publication: Outbox.Publication, isBegun: Bool) throws(AMQPError) -> Int {
        let body = publication.body
        let room = Int(self.limits.frameSize) - 8  // the frame's own header and end
        if !isBegun {
            if body.count <= room {
                try self.publishWhole(publication)
                return body.count
            }
            try self.begin(publication)
        }
        let end = min(publication.offset + room, body.count)
        try body.withAMQPBytes { (bytes) throws(AMQPError) in
            var frame = amqp_frame_t()
            frame.frame_type = UInt8(AMQP_FRAME_BODY)
            frame.channel = publication.channel.number
            frame.payload.body_fragment = amqp_bytes_t(
                len: end - publication.offset,
                bytes: bytes.bytes + publication.offset
            )
            try self.guarded(.publish) { amqp_send_frame(self.raw, &frame) }
        }
        return end
    }

    private func publishWhole(_ publication: Outbox.Publication) throws(AMQPError) {
        try publication.withProperties { (address, properties) throws(AMQPError) in
            var properties = properties
            try publication.body.withAMQPBytes { (body) throws(AMQPError) in
                try self.guarded(.publish) {
                    amqp_basic_publish(
                        self.raw,
                        publication.channel.number,
                        address.exchange,
                        address.routingKey,
                        1,
                        0,
                        &properties,
                        body
                    )
                }
            }
        }
    }

    /// Sends the method and the header.
    private func begin(_ publication: Outbox.Publication) throws(AMQPError) {
        let channel = publication.channel.number
        try publication.withProperties { (address, properties) throws(AMQPError) in
            let method = amqp_basic_publish_t(
                ticket: 0,
                exchange: address.exchange,
                routing_key: address.routingKey,
                mandatory: 1,
                immediate: 0
            )
            try self.send(AMQP_BASIC_PUBLISH_METHOD, method, on: channel, stage: .publish)
            var properties = properties
            try self.guarded(.publish) {
                withUnsafeMutablePointer(to: &properties) { properties in
                    var frame = amqp_frame_t()
                    frame.frame_type = UInt8(AMQP_FRAME_HEADER)
                    frame.channel = channel
                    frame.payload.properties.class_id = UInt16(AMQP_BASIC_CLASS)
                    frame.payload.properties.body_size = UInt64(publication.body.count)
                    frame.payload.properties.decoded = UnsafeMutableRawPointer(properties)
                    return amqp_send_frame(self.raw, &frame)
                }
            }
        }
    }
}

extension Outbox.Publication {
    /// The exchange and the routing key in librabbitmq's form.
    fileprivate struct Address {
        let exchange: amqp_bytes_t
        let routingKey: amqp_bytes_t
    }

    /// Lends the address and the properties: persistent, JSON, with the message id and the user.
    fileprivate func withProperties(
        _ body: (Address, amqp_basic_properties_t) throws(AMQPError) -> Void
    ) throws(AMQPError) {
        try self.withAddress { (address) throws(AMQPError) in
            try self.messageID.withAMQPBytes { (messageID) throws(AMQPError) in
                var properties = amqp_basic_properties_t()
                // Flag macros import as Int32, the field is UInt32.
                properties._flags = amqp_flags_t(
                    AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG
                )
                properties.content_type = amqp_bytes_t("application/json")
                properties.delivery_mode = UInt8(AMQP_DELIVERY_PERSISTENT.rawValue)
                properties.message_id = messageID
                guard let userID = self.route.userID else { return try body(address, properties) }
                try userID.withAMQPBytes { (userID) throws(AMQPError) in
                    properties._flags |= amqp_flags_t(AMQP_BASIC_USER_ID_FLAG)
                    properties.user_id = userID
                    try body(address, properties)
                }
            }
        }
    }

    private func withAddress(_ body: (Address) throws(AMQPError) -> Void) throws(AMQPError) {
        try self.route.exchange.withAMQPBytes { (exchange) throws(AMQPError) in
            try self.route.routingKey.withAMQPBytes { (key) throws(AMQPError) in
                try body(Address(exchange: exchange, routingKey: key))
            }
        }
    }
}
