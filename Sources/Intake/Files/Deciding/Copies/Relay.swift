/// Copies that are read in place of a truncated or lost file, in their order, and the file that is read behind them if it is still there.
struct Relay: Hashable, Sendable {
    private let copies: [FileIdentity]
    /// The file that was truncated; `nil` if it was lost.
    private let original: FileIdentity?

    init(_ copies: [FileIdentity], before original: FileIdentity?) {
        self.copies = copies
        self.original = original
    }

    /// Brings the files of all relays of a decision into order: the copies, then the rotated files that follow them.
    ///
    /// Only when every truncated or lost file has its copies: one may be what another one missed.
    static func lineUp(in decision: inout FileDecision) {
        for relay in decision.takeRelays() {
            let missed = relay.copies.last.map { MissedRotations.takeUp(after: $0, in: &decision) } ?? []
            guard let original = relay.original else { continue }
            let waiting = Self.waiting(behind: relay.copies + missed + [original], in: decision)
            var last: FileIdentity?
            for identity in relay.copies + missed + waiting + [original] {
                decision.putLast(identity, after: last)
                decision.act(.resume(identity))
                last = identity
            }
        }
    }

    /// The rotated files that waited for the old contents, which copies have now: directly, or behind each other.
    private static func waiting(behind line: [FileIdentity], in decision: FileDecision) -> [FileIdentity] {
        var line = Set(line)
        var waiting: [FileIdentity] = []
        let rotated = decision.files.sorted { member in
            decision.order.predecessor(of: member.file.identity) != nil && member.isFollowed && member.age.isRotated
                && !line.contains(member.file.identity)
        }
        for identity in rotated.map(\.file.identity) {
            guard let predecessor = decision.order.predecessor(of: identity), line.contains(predecessor) else {
                continue
            }
            waiting.append(identity)
            line.insert(identity)
        }
        return waiting
    }
}
