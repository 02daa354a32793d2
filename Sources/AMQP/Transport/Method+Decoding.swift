internal import CRabbitMQ

extension Method {
    /// Copies a decoded method out of the connection's memory.
    init(_ method: amqp_method_t) {
        // `amqp_method_t` is a tagged pointer: the id says what `decoded` points to, and it is never null with these ids.
        switch method.id {
        case AMQP_CONNECTION_CLOSE_METHOD:
            let close = method.decoded.load(as: amqp_connection_close_t.self)
            self = .connectionClose(
                code: close.reply_code,
                reason: close.reply_text.string,
                because: UInt32(close.class_id) << 16 | UInt32(close.method_id)
            )
        case AMQP_CONNECTION_CLOSE_OK_METHOD:
            self = .connectionCloseOK
        case AMQP_CONNECTION_BLOCKED_METHOD:
            self = .connectionBlocked(reason: method.decoded.load(as: amqp_connection_blocked_t.self).reason.string)
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            self = .connectionUnblocked
        case AMQP_CHANNEL_OPEN_OK_METHOD:
            self = .channelOpenOK
        case AMQP_CHANNEL_CLOSE_METHOD:
            let close = method.decoded.load(as: amqp_channel_close_t.self)
            self = .channelClose(code: close.reply_code, reason: close.reply_text.string)
        case AMQP_CHANNEL_CLOSE_OK_METHOD:
            self = .channelCloseOK
        case AMQP_EXCHANGE_DECLARE_OK_METHOD:
            self = .exchangeDeclareOK
        case AMQP_QUEUE_BIND_OK_METHOD:
            self = .queueBindOK
        case AMQP_QUEUE_DECLARE_OK_METHOD:
            let reply = method.decoded.load(as: amqp_queue_declare_ok_t.self)
            self = .queueDeclareOK(
                name: reply.queue.string,
                messages: reply.message_count,
                consumers: reply.consumer_count
            )
        case AMQP_BASIC_QOS_OK_METHOD:
            self = .qosOK
        case AMQP_BASIC_CONSUME_OK_METHOD:
            self = .consumeOK(consumerTag: method.decoded.load(as: amqp_basic_consume_ok_t.self).consumer_tag.string)
        case AMQP_BASIC_CANCEL_METHOD:
            let cancel = method.decoded.load(as: amqp_basic_cancel_t.self)
            self = .cancel(consumerTag: cancel.consumer_tag.string, wantsReply: cancel.nowait == 0)
        case AMQP_CONFIRM_SELECT_OK_METHOD:
            self = .confirmSelectOK
        case AMQP_BASIC_DELIVER_METHOD:
            let deliver = method.decoded.load(as: amqp_basic_deliver_t.self)
            self = .deliver(
                .delivery(
                    consumerTag: deliver.consumer_tag.string,
                    tag: deliver.delivery_tag,
                    redelivered: deliver.redelivered != 0,
                    routingKey: deliver.routing_key.string
                )
            )
        case AMQP_BASIC_RETURN_METHOD:
            let returned = method.decoded.load(as: amqp_basic_return_t.self)
            self = .returned(.returned(replyCode: returned.reply_code, reason: returned.reply_text.string))
        case AMQP_BASIC_ACK_METHOD:
            let ack = method.decoded.load(as: amqp_basic_ack_t.self)
            self = .ack(tag: ack.delivery_tag, multiple: ack.multiple != 0)
        case AMQP_BASIC_NACK_METHOD:
            let nack = method.decoded.load(as: amqp_basic_nack_t.self)
            self = .nack(tag: nack.delivery_tag, multiple: nack.multiple != 0)
        default:
            self = .other(id: method.id)
        }
    }
}
