/// What became of a batch that is committed.
public struct Receipt: Sendable, Equatable {
    /// How many events were new.
    public var stored = 0
    /// How many were stored before, and were left as they are.
    public var duplicates = 0
    /// What was noticed about the numbers in the event ids.
    public var notices: [SeriesNotice] = []

    /// A receipt of nothing.
    public init() {}
}

/// Something unusual in a series of event ids `<prefix>-<number>`.
public enum SeriesNotice: Sendable, Equatable {
    /// The first events of a series that was not known; `first` is where it begins.
    case began(prefix: String, first: Int64)
    /// Numbers that were left out; they may still come.
    case gap(prefix: String, missing: ClosedRange<Int64>)
    /// A run of a spool that begins before the last number of the run before it: the spool is an older copy, or was copied.
    case wentBack(prefix: String, first: Int64, before: String, last: Int64)
    /// So many events came with ids that other events have, as the clone of a running machine sends them; `id` is the first.
    ///
    /// They are stored under ids of their own.
    case reused(id: String, count: Int)
}
