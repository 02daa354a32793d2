/// How long to wait before a child process is started again: longer each time it ends soon, up to a limit.
struct RestartDelay: Hashable {
    private static let first = Duration.seconds(1)
    private static let last = Duration.seconds(60)

    private var next = Self.first

    /// The time to wait after a run of this length; a run as long as the longest wait starts over.
    mutating func afterRun(of length: Duration) -> Duration {
        if length >= Self.last { self.next = Self.first }
        defer { self.next = min(self.next * 2, Self.last) }
        return self.next
    }
}
