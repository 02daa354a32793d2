internal import Synchronization

/// Where the reader thread writes what keeps it from following, for whoever asks.
final class TroubleBoard: Sendable {
    private let troubles = Mutex<[FileTail.Trouble]>([])

    var all: [FileTail.Trouble] { self.troubles.withLock(\.self) }

    func set(_ troubles: [FileTail.Trouble]) { self.troubles.withLock { $0 = troubles } }
}
