/// What happens on a channel, in the order of the wire.
public enum ChannelEvent: Sendable {
    /// A message from a queue we consume; acknowledge it.
    case delivery(Delivery)
    /// The broker has taken over the published message with this tag, with `multiple` all up to it.
    case confirmed(tag: UInt64, multiple: Bool)
    /// The broker could not take over the message with this tag, with `multiple` all up to it: publish again.
    case rejected(tag: UInt64, multiple: Bool)
    /// No queue took the message; its confirm follows nevertheless.
    case returned(messageID: String, replyCode: UInt16, reason: String)
    /// The broker ended our consumer, usually because the queue was deleted.
    case consumerCancelled(queue: String)
    /// The broker is short of a resource and takes no messages; publishing waits by itself.
    case blocked(reason: String)
    /// The broker takes messages again.
    case unblocked
}

/// A message from a queue.
public struct Delivery: Sendable {
    /// What to acknowledge.
    public var tag: UInt64
    /// Whether the broker may have delivered it before.
    public var redelivered: Bool
    /// The queue it came from.
    public var queue: String
    /// The routing key it was published with; with the default exchange, the name of the queue.
    public var routingKey: String
    /// The publisher's id of it.
    public var messageID: String?
    /// The user of the connection that published it, as the broker has verified; `nil` if the publisher did not say.
    public var userID: String?
    /// The content; empty when ``isOversized``.
    public var body: [UInt8]
    /// The size of the content as announced, in bytes.
    public var size: UInt64

    /// Whether the body was larger than ``ConnectionConfiguration/maximumBodySize`` and was dropped on reading.
    ///
    /// Acknowledge it like any other, or it is delivered again for ever.
    public var isOversized: Bool { self.size > UInt64(self.body.count) }
}
