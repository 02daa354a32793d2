/// How lines are joined to records of several lines.
public struct MultilineRecords: Sendable {
    /// Says whether a record starts with a line.
    public typealias StartTest = (_ line: Span<UInt8>) -> Bool

    /// Makes a test for the lines of one source; it is used by one thread and may remember.
    public var makeStartTest: @Sendable () -> StartTest

    /// A record whose end is not in sight is complete when nothing was added for so long.
    ///
    /// Default: 2 s.
    public var flush = Duration.seconds(2)

    /// Joins with a test of one's own.
    public init(startTest: @escaping @Sendable () -> StartTest) { self.makeStartTest = startTest }
}
