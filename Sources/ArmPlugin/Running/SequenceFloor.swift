internal import Synchronization

/// The lowest number that may still be given to an event; raised when the server turns out to know higher ones.
public final class SequenceFloor: Sendable {
    private let floor = Atomic<Int64>(0)

    /// Starts without restriction.
    public init() {}

    /// The lowest number.
    public var value: Int64 { self.floor.load(ordering: .relaxed) }

    /// Raises it.
    func raise(to sequence: Int64) { self.floor.max(sequence, ordering: .relaxed) }
}
