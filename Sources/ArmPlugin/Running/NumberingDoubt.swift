internal import Synchronization

/// Whether another process gives out numbers of the present run, too, as the clone of a running machine does.
///
/// The runner raises it when the server knows numbers of the run that this process has not given out. Whoever appends to
/// the spool then begins another run.
public final class NumberingDoubt: Sendable {
    private let isRaised = Atomic<Bool>(false)

    /// Starts without doubt.
    public init() {}

    /// Asks for another run.
    public func raise() { self.isRaised.store(true, ordering: .relaxed) }

    /// Whether another run is to begin now; true once for each time it was raised.
    public func take() -> Bool {
        self.isRaised.load(ordering: .relaxed) && self.isRaised.exchange(false, ordering: .relaxed)
    }
}
