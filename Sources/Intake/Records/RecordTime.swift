/// A point in time as a source stated it: seconds and nanoseconds since 1970-01-01 00:00:00 UTC.
///
/// Leap seconds are not counted (POSIX time). `nanoseconds` is always in `0..<1_000_000_000`, also before 1970.
public struct RecordTime: Hashable, Comparable, Sendable {
    /// Whole seconds since 1970-01-01 00:00:00 UTC; negative before.
    public var seconds: Int64

    /// The part of a second past `seconds`, in `0..<1_000_000_000`.
    public var nanoseconds: UInt32

    /// Makes a time; `nanoseconds` must be below one second.
    public init(seconds: Int64, nanoseconds: UInt32 = 0) {
        precondition(nanoseconds < 1_000_000_000, "nanoseconds beyond one second")
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Orders times by their place on the time line.
    public static func < (left: RecordTime, right: RecordTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
