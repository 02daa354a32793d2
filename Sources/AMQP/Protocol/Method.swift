/// A method the broker sent, as a value of our own.
///
/// Only the methods a client can receive and must act on; `other` stands for the rest.
enum Method: Equatable {
    /// `because` is the class and the method of the request that made the broker end the connection; 0 if none did.
    case connectionClose(code: UInt16, reason: String, because: UInt32)
    case connectionCloseOK
    case connectionBlocked(reason: String)
    case connectionUnblocked
    case channelOpenOK
    case channelClose(code: UInt16, reason: String)
    case channelCloseOK
    case exchangeDeclareOK
    case queueBindOK
    case queueDeclareOK(name: String, messages: UInt32, consumers: UInt32)
    case qosOK
    case consumeOK(consumerTag: String)
    case cancel(consumerTag: String, wantsReply: Bool)
    case confirmSelectOK
    case deliver(ContentAssembler.Envelope)
    case returned(ContentAssembler.Envelope)
    case ack(tag: UInt64, multiple: Bool)
    case nack(tag: UInt64, multiple: Bool)
    case other(id: UInt32)
}
