/// A channel of a connection.
///
/// Everything that fails on it (a missing queue, a missing permission) ends this channel only. It lives until ``close()``
/// or until the broker, or the connection, ends it.
public struct Channel: Sendable {
    let connection: Connection
    let number: UInt16
    let serial: UInt64
    let status: ChannelStatus

    /// What happens on the channel, in the order of the wire; for one task.
    ///
    /// Ends after ``close()``, and with an ``AMQPError`` when the broker ends the channel or the connection breaks. Holds
    /// what was not yet taken: at most `prefetch` unacknowledged deliveries of each consumer, and what answers the
    /// messages published.
    public let events: AsyncThrowingStream<ChannelEvent, any Error>

    /// Uses the queue that is there, whatever its type, or declares it.
    ///
    /// Does not disturb this channel when it fails.
    public func declareQueue(_ name: String, as type: QueueType) async throws(AMQPError) -> DeclaredQueue {
        try await self.connection.declareQueue(name, as: type)
    }

    /// Looks at a queue that exists, on this channel: if it is gone, that ends the channel (404).
    ///
    /// Costs one round trip, and no channel of its own.
    public func inspectQueue(_ name: String) async throws(AMQPError) -> DeclaredQueue {
        try await self.connection.inspectQueue(name, on: self.number, serial: self.serial, status: self.status)
    }

    /// Starts to consume a queue; deliveries come through ``events`` and are acknowledged with ``acknowledge(_:multiple:)``.
    ///
    /// - Parameters:
    ///   - queue: The name of the queue, which exists.
    ///   - prefetch: How many unacknowledged deliveries the broker sends at most; 0 means no limit, and then nothing
    ///     bounds the memory they take.
    /// - Throws: Why the broker refuses; the channel is closed then.
    public func consume(_ queue: String, prefetch: UInt16) async throws(AMQPError) {
        try await self.connection.consume(
            queue,
            prefetch: prefetch,
            on: self.number,
            serial: self.serial,
            status: self.status
        )
    }

    /// Publishes a persistent JSON message, with `mandatory`.
    ///
    /// Returns when the message is written to the socket. Waits as long as the broker takes no messages; a task that is
    /// cancelled stops waiting at once, and a message that has begun to go out is finished all the same.
    ///
    /// - Parameters:
    ///   - body: The message, JSON.
    ///   - route: How it goes to a queue; whether there is one is only told by an event. A missing exchange ends the channel (404),
    ///     as does a user that is not the connection's (406).
    ///   - messageID: At most 255 bytes; comes back with ``ChannelEvent/returned(messageID:replyCode:reason:)``.
    /// - Returns: The tag it will be confirmed with; 0 on a channel without confirms.
    /// - Throws: Why it could not be written; nothing is known then about earlier messages without a confirm.
    public func publish(_ body: [UInt8], by route: Route, messageID: String) async throws(AMQPError) -> UInt64 {
        try await self.connection.publish(
            body,
            by: route,
            messageID: messageID,
            on: self.number,
            serial: self.serial,
            status: self.status
        )
    }

    /// Publishes to a queue through the default exchange, see ``publish(_:by:messageID:)``.
    public func publish(_ body: [UInt8], to queue: String, messageID: String) async throws(AMQPError) -> UInt64 {
        try await self.publish(body, by: .queue(queue), messageID: messageID)
    }

    /// Acknowledges a delivery, with `multiple` also all before it on this channel.
    public func acknowledge(_ deliveryTag: UInt64, multiple: Bool) async throws(AMQPError) {
        try await self.connection.acknowledge(
            deliveryTag,
            multiple: multiple,
            on: self.number,
            serial: self.serial,
            status: self.status
        )
    }

    /// Closes the channel; unacknowledged deliveries go back to their queues.
    ///
    /// Waits for the broker's answer, at most `requestTimeout` or as long as the broker takes no messages; a task that is
    /// cancelled does not wait.
    public func close() async {
        await self.connection.closeChannel(self.number, self.serial)
    }
}
