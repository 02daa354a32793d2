/// Notices an arm whose events do not move: all that it sends has been stored before; a value, bounded, that is told the time.
///
/// An arm that never gets our answers sends the same batches again and again. It looks busy: requests come, are answered, and nothing is
/// stored. Some repetitions are normal, after a lost connection and for arms that poll. So a problem is only a whole minute with many of
/// them and without a single new event.
struct ProgressWatch: Sendable {
    /// What an event batch shows.
    enum Verdict: Sendable, Equatable {
        /// New events were stored.
        case moves
        /// Nothing but so many repetitions for the last minute or longer.
        case stands(repetitions: Int)
        /// Too early to say.
        case open
    }

    private static let window = Duration.seconds(60)
    /// Repetitions within a window that are no longer normal.
    private static let many = 100

    private var begin: Duration?
    private var repetitions = 0

    /// Takes in what became of a batch of events.
    mutating func stored(new: Int, repeated: Int, now: Duration) -> Verdict {
        guard new == 0 else {
            (self.begin, self.repetitions) = (nil, 0)
            return .moves
        }
        guard repeated > 0 else { return .open }
        let begin = self.begin ?? now
        self.begin = begin
        self.repetitions += repeated
        guard now - begin >= Self.window else { return .open }
        defer { (self.begin, self.repetitions) = (now, 0) }
        return self.repetitions >= Self.many ? .stands(repetitions: self.repetitions) : .open
    }
}
