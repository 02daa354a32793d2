/// How long to wait for other processes that change the same authority, and who hears of it.
public struct Patience: Sendable, ExpressibleByIntegerLiteral {
    /// The most seconds that one change waits.
    public let seconds: Int
    /// Called once for each wait that takes longer than a second, with the process that is waited for, as in
    /// `process 4711, user 0, since 2026-12-01T12:00:00Z`.
    let onWaiting: @Sendable (String) -> Void

    /// Waits so many seconds, and tells what the wait is for.
    public init(seconds: Int, onWaiting: @escaping @Sendable (String) -> Void = { _ in }) {
        self.seconds = seconds
        self.onWaiting = onWaiting
    }

    /// Waits so many seconds in silence.
    public init(integerLiteral seconds: Int) { self.init(seconds: seconds) }
}
