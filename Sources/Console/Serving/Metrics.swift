internal import Synchronization

/// Counts what the console does.
final class Metrics: Sendable {
    private let answers = Mutex<[Int: Int64]>([:])
    private let pages = Atomic<Int>(0)

    /// How many pages are open and live.
    var livePages: Int { self.pages.load(ordering: .relaxed) }

    /// How many answers there were of each class of status, such as 2 for 200 to 299.
    var answersByClass: [Int: Int64] { self.answers.withLock { $0 } }

    func count(status: Int) { self.answers.withLock { $0[status / 100, default: 0] += 1 } }
    func open() { self.pages.add(1, ordering: .relaxed) }
    func close() { self.pages.subtract(1, ordering: .relaxed) }
}
