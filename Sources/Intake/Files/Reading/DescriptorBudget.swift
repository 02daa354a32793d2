internal import Glibc

/// How many files may be open at the same time, and whose turn it is.
///
/// A directory may have ten thousand logs where a process may have a thousand descriptors. Files that were read to their end are closed
/// when others have something to read, the one that was quiet for longest first.
struct DescriptorBudget {
    /// So many descriptors are left to the rest of the program: connections, the spool, children.
    private static let reserve = 128
    /// A quarter is left to the rest if the limit is small.
    private static let share = 4

    let limit: Int
    private var count = 0
    private var idle: [FileIdentity] = []
    private var firstIdle = 0
    private var starved: [FileIdentity] = []
    private var isSharing = false

    init(limit: Int) { self.limit = max(1, limit) }

    /// What the limit of the process leaves for files, see getrlimit(2).
    static var ofProcess: Int {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return self.reserve }
        let all = Int(clamping: limits.rlim_cur)
        return max(all - max(self.reserve, all / self.share), all / 2, 1)
    }

    var isExhausted: Bool { self.count >= self.limit }

    mutating func opened() { self.count += 1 }

    mutating func closed() { self.count -= 1 }

    /// A file was read to its end.
    mutating func idle(_ identity: FileIdentity) {
        self.idle.append(identity)
        // Most files are noted more than once before their descriptor is needed.
        guard self.firstIdle > self.limit || self.idle.count > 4 * self.limit + 1024 else { return }
        self.compact()
    }

    /// The file that was read to its end before all others; it may have something to read by now.
    mutating func takeIdle() -> FileIdentity? {
        guard self.firstIdle < self.idle.count else { return nil }
        defer { self.firstIdle += 1 }
        return self.idle[self.firstIdle]
    }

    /// A file could not be opened for want of a descriptor.
    mutating func starve(_ identity: FileIdentity) { self.starved.append(identity) }

    /// The files that could not be opened, the first ones first.
    mutating func takeStarved(atMost count: Int = .max) -> [FileIdentity] {
        let taken = Array(self.starved.prefix(count))
        self.starved.removeFirst(taken.count)
        return taken
    }

    /// Notes that files are closed for others; whether that happens for the first time.
    mutating func noteSharing() -> Bool {
        defer { self.isSharing = true }
        return !self.isSharing
    }

    /// Keeps the last place of each file.
    private mutating func compact() {
        var seen: Set<FileIdentity> = []
        let latest = self.idle[self.firstIdle...].reversed().filter { seen.insert($0).inserted }
        self.idle = latest.reversed()
        self.firstIdle = 0
    }
}
