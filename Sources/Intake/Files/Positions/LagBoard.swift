internal import Synchronization

/// Where the reader thread writes how far behind each file is, for whoever asks.
final class LagBoard: Sendable {
    private struct Entry {
        var path: String
        var bytes: Int
        var holeBytes: Int
        var since: ContinuousClock.Instant?
    }

    private let entries = Mutex<[FileIdentity: Entry]>([:])

    var all: [FileTail.Lag] {
        let now = ContinuousClock.now
        return self.entries.withLock { entries in
            entries.values.map { entry in
                let seconds = entry.since.map { (now - $0) / .seconds(1) } ?? 0
                return FileTail.Lag(
                    path: entry.path,
                    bytes: entry.bytes,
                    seconds: seconds,
                    holeBytes: entry.holeBytes
                )
            }
        }
    }

    /// Notes how far behind a file is now.
    func note(_ followed: FollowedFile) {
        let (identity, path) = (followed.identity, RawPath.shown(followed.path))
        let (bytes, holeBytes) = (followed.unaccepted, followed.holeBytes)
        self.entries.withLock { entries in
            let since = bytes == 0 ? nil : entries[identity]?.since ?? .now
            entries[identity] = Entry(path: path, bytes: bytes, holeBytes: holeBytes, since: since)
        }
    }

    func forget(_ identity: FileIdentity) { self.entries.withLock { $0[identity] = nil } }
}
