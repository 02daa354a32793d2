/// The order in which the files of a log are read that a look has taken up: each behind the one before it.
enum LogOrder {
    /// Lets each file with a higher number than this wait for the one of its log that comes before it.
    static func lineUp(numberedAfter number: Int, in decision: inout FileDecision) {
        let new = decision.files.all.filter { $0.number > number && $0.isFollowed }
        guard !new.isEmpty else { return }
        let logs = Set(new.map(\.log))
        let known = decision.files.all.filter { member in
            member.number <= number && member.isFollowed && !member.isEmptyYet && logs.contains(member.log)
        }
        let older = Dictionary(grouping: known, by: \.log)
        for (log, files) in Dictionary(grouping: new, by: \.log) {
            self.lineUp(files, behind: older[log] ?? [], in: &decision)
        }
    }

    private static func lineUp(_ files: [FileMember], behind older: [FileMember], in decision: inout FileDecision) {
        // Not behind an empty copy that came after the log itself, while that has something left.
        let unread = older.filter { !self.hasNothingLeft($0, in: decision) }
        var last = (unread.isEmpty ? older : unread).max { $0.number < $1.number }?.file.identity
        let ages = files.map { (identity: $0.file.identity, age: $0.age, path: $0.foundAs) }
        for (identity, _, _) in ages.sorted(by: { ($0.age, $0.path) < ($1.age, $1.path) }) {
            decision.putLast(identity, after: last)
            // It may have nothing left; looking at it then lets this one go on.
            if let last { decision.act(.resume(last)) }
            // An empty file has nothing that could come first, and may stay empty for ever.
            if decision.files[identity]?.isEmptyYet == false { last = identity }
        }
    }

    /// All of it was accepted, as it is now, and it waits for no other.
    private static func hasNothingLeft(_ member: FileMember, in decision: FileDecision) -> Bool {
        let identity = member.file.identity
        guard !member.isCompressed, decision.order.predecessor(of: identity) == nil,
            let status = decision.scan.followed[identity]
        else { return false }
        return status.isIdle && status.size == status.offset
    }
}
