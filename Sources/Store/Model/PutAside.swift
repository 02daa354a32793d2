/// A message nobody could make use of, kept for inspection.
public struct PutAside: Sendable, Equatable, Identifiable {
    public let id: Int64
    public let server: MonitoringServer.ID
    public let received: Timestamp
    /// What was wrong with it.
    public let reason: String
    /// Its bytes; at most 1 MiB of them.
    public let body: [UInt8]
    /// How many bytes it had.
    public let size: Int64
}
