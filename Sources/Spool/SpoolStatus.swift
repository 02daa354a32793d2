/// What a spool holds and how it is doing, for logs, arm info and metrics.
public struct SpoolStatus: Hashable, Sendable {
    /// Batches that are stored and not yet removed.
    public var batches: Int

    /// Bytes they count for, in the sense of ``limit``.
    public var bytes: Int64

    /// How many bytes of batches are stored at most, before appending waits.
    public var limit: Int64

    /// An append is waiting for room.
    public var isFull: Bool

    /// Why the disk refuses to store, in one line, for as long as it does.
    public var lastError: String?

    /// Where a damaged spool file was put aside, if that happened since the start.
    public var damagedFile: String?

    /// How many undelivered events of the damaged file could not be read at most.
    public var unreadEvents: Int64 = 0

    /// What happened to the files, if somebody deleted or replaced them since the start.
    public var loss: String?
}
