/// What an arm has delivered since its start.
public struct DeliveryCounters: Hashable, Sendable {
    /// Events the server has confirmed.
    public internal(set) var deliveredEvents: Int64 = 0
    /// Batches the server has confirmed.
    public internal(set) var deliveredBatches: Int64 = 0
    /// Requests for events published, copies included.
    public internal(set) var requests: Int64 = 0
    /// Events set aside because the server refuses them.
    public internal(set) var refusedEvents: Int64 = 0
    /// Connections opened.
    public internal(set) var connections: Int64 = 0
}
