internal import AMQP
internal import HAPI
public import Spool

/// How an arm is doing at a moment, for the person who looks after it.
public struct ArmStatus: Hashable, Sendable {
    /// The broker it is connected to; `nil` without a connection.
    public var broker: String?
    /// The exchange that its messages go to, empty for the default one; `nil` before the first connection.
    public var exchange: String?
    /// Whether the server knows it and takes its events.
    public var isEstablished: Bool
    /// The server's name, once it has said it.
    public var server: String?
    /// Batches on their way, or about to be.
    public var window: Int
    /// What it has delivered since its start.
    public var counters: DeliveryCounters
    /// What waits on the disk.
    public var spool: SpoolStatus
    /// The id of the spool's present run.
    public var spoolID: String
    /// The number of the next event.
    public var nextSequence: Int64
    /// What is wrong; `nil` if nothing is.
    public var problem: String?
}

extension ArmRunner {
    /// How it is doing now.
    public var status: ArmStatus {
        ArmStatus(
            broker: self.connection.map { "\($0.address)" },
            exchange: self.route?.exchange,
            isEstablished: self.session.isEstablished,
            server: self.session.server?.name,
            window: self.outbox.count,
            counters: self.counters,
            spool: self.spool.status,
            spoolID: self.spool.id,
            nextSequence: self.spool.nextSequence,
            problem: self.health.reason
        )
    }
}
