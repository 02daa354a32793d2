internal import CLinux
internal import Synchronization

/// How many descriptors this process may have, and how many of them strangers may take.
///
/// The soft limit is 1,024 nearly everywhere, for the sake of programs that use select(2); we do not, so a program raises it to
/// the hard limit at its start. Whoever connects to us gets no descriptor of the last few: a broker, a log file or
/// a certificate can still be opened when a thousand silent connections are open.
public enum DescriptorLimit {
    /// The soft limit before it was raised.
    private static let original = Mutex<UInt64?>(nil)
    /// Programs that close every possible descriptor before they start another would take long with more.
    private static let most: UInt64 = 1 << 20

    /// Raises the soft limit to the hard one, and opens what libdispatch needs; to be called once, before anything else is opened.
    public static func raise() {
        DispatchTimers.open()
        guard let limit = self.limit(of: 0) else { return }
        let soft = min(limit.hard, Self.most)
        guard soft > limit.soft else { return }
        var raised = clinux_limit(soft: soft, hard: limit.hard)
        guard clinux_descriptor_limit(0, &raised, nil) == 0 else { return }
        self.original.withLock { $0 = limit.soft }
    }

    /// Gives a program that we have started the soft limit that we had: it may use select(2), which fails beyond 1,024.
    public static func restore(in process: Int32) {
        guard let soft = self.original.withLock(\.self), let limit = self.limit(of: process) else { return }
        var restored = clinux_limit(soft: min(soft, limit.hard), hard: limit.hard)
        // A process that has ended meanwhile needs no limit.
        _ = clinux_descriptor_limit(process, &restored, nil)
    }

    /// How many descriptors this process may have.
    public static var current: Int { Int(clamping: self.limit(of: 0)?.soft ?? 1024) }

    /// Strangers may have the descriptors below this number; the system always gives out the lowest that is free.
    public static var forStrangers: Int {
        let current = self.current
        return current - max(32, min(256, current / 8))
    }

    /// How many connections strangers have with descriptors at or above ``forStrangers``.
    private static let beyond = Atomic(0)

    /// Whether a stranger may keep a connection with this descriptor although no other one closes for it.
    ///
    /// The number alone does not tell. When a connection with a high number is let in and one with a low number closes for
    /// it, the next connection has the low number, and would be one too many.
    public static func hasRoom(for descriptor: Int) -> Bool {
        descriptor < self.forStrangers && self.beyond.load(ordering: .relaxed) == 0
    }

    /// Notes that strangers have so many more connections, or fewer, with descriptors at or above ``forStrangers``.
    public static func changeBeyond(by difference: Int) { self.beyond.add(difference, ordering: .relaxed) }

    private static func limit(of process: Int32) -> clinux_limit? {
        var limit = clinux_limit(soft: 0, hard: 0)
        return clinux_descriptor_limit(process, nil, &limit) == 0 ? limit : nil
    }
}
