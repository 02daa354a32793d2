/// The files whose last lines are held back, because more may belong to their records, in the order in which they are due.
struct HeldLines {
    /// How long lines are held back; `nil` if each line is a record.
    private let patience: Duration?
    private var queue: [(identity: FileIdentity, due: ContinuousClock.Instant)] = []

    init(_ multiline: MultilineRecords?) { self.patience = multiline?.flush }

    /// When the next lines are due.
    var due: ContinuousClock.Instant? { self.queue.first?.due }

    /// Notes after a look into a file whether lines of it are held back.
    mutating func note(_ followed: FollowedFile) {
        // A compressed file has an end in sight.
        guard let patience = self.patience, !followed.isCompressed else { return }
        followed.noteHeld()
        guard let held = followed.held, !followed.isFlushScheduled else { return }
        followed.isFlushScheduled = true
        self.queue.append((followed.identity, held.since + patience))
    }

    /// A file whose lines are due, perhaps: they may have been read on since they were noted.
    mutating func takeDue(at now: ContinuousClock.Instant) -> FileIdentity? {
        guard let next = self.queue.first, next.due <= now else { return nil }
        self.queue.removeFirst()
        return next.identity
    }

    /// Nothing was added to the lines of a file for long enough.
    func isDue(_ held: (upTo: Int, since: ContinuousClock.Instant), at now: ContinuousClock.Instant) -> Bool {
        held.since + (self.patience ?? .zero) <= now
    }
}
