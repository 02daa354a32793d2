/// Which files were seen and cannot be decided yet, and since when.
///
/// A file waits from when it was seen with the size that it has: one that grows begins to wait anew.
struct Delays: Sendable {
    private struct Delay: Hashable, Sendable {
        var size: Int
        var since: ContinuousClock.Instant
        var mayBeOld: Bool
    }

    private var delays: [FileIdentity: Delay] = [:]

    /// Notes that a file waits.
    mutating func note(_ file: ListedFile, at now: ContinuousClock.Instant) {
        if let delay = self.delays[file.identity], delay.size == file.size { return }
        self.delays[file.identity] = Delay(size: file.size, since: now, mayBeOld: file.mayBeOld)
    }

    /// A file that waits was there before its pattern was followed, perhaps; see ``ListedFile/mayBeOld``.
    func mayBeOld(_ identity: FileIdentity) -> Bool { self.delays[identity]?.mayBeOld == true }

    /// For how long a file has waited; `nil` if it does not wait.
    func length(of identity: FileIdentity, at now: ContinuousClock.Instant) -> Duration? {
        self.delays[identity].map { now - $0.since }
    }

    /// A file was decided.
    mutating func end(_ identity: FileIdentity) { self.delays[identity] = nil }

    /// Lets go of all files but these.
    mutating func keep(where isWanted: (FileIdentity) -> Bool) {
        self.delays = self.delays.filter { isWanted($0.key) }
    }
}
