/// One look at the directories and at the open files: what became of the known files, and which files are new.
///
/// The steps come in this order because each builds on those before it. A new file is judged by the known ones, so what these are
/// has to be known first. What was truncated or lost takes its copies before any file counts as new, or a copy would be read from
/// its beginning. Archives come last: each may be what became of another file, which has to be known first, or known to be gone.
enum Look {
    static func decide(_ decision: inout FileDecision) {
        let last = decision.files.lastNumber
        UnlistedFiles.list(in: &decision)
        StoredFiles.renumberDevices(in: &decision)
        let replaced = LostFiles.takeReplaced(in: &decision)
        let moved = Self.noteNames(in: &decision)
        Self.restartRewritten(in: &decision)
        let gone = replaced + StoredFiles.resume(in: &decision) + LostFiles.takeGone(in: &decision)
        LostFiles.takeCopies(of: gone, in: &decision)
        Relay.lineUp(in: &decision)
        // Rotated while nobody looked: what was rotated after it was not read either.
        for original in moved + decision.files.sorted(decision.resumed) {
            MissedRotations.takeUp(after: original, in: &decision)
        }
        CopyReview.reviewAll(in: &decision)
        for file in Self.newcomers(in: &decision) { NewFile.takeUp(file, in: &decision) }
        Relay.lineUp(in: &decision)
        LostFiles.removePositions(gone, in: &decision)
        LogOrder.lineUp(numberedAfter: last, in: &decision)
        QuietFiles.conclude(in: &decision)
        let listed = decision.listed
        decision.delays.keep { listed[$0] != nil }
    }

    /// Notes what became of the names of the files that are known; returns those that were moved since the last look.
    private static func noteNames(in decision: inout FileDecision) -> [FileIdentity] {
        let isSettled = decision.scan.isSettled
        var moved: [FileMember] = []
        for var member in decision.files.all {
            let identity = member.file.identity
            let listed = decision.listed[identity]
            if let listed { member.see(listed) }
            switch member.state {
            case .stored: break
            case .followed, .detached, .undecided:
                let wasMoved = member.isMoved
                member.note(listed, decision.scan.followed[identity], at: decision.now)
                if member.isMoved, !wasMoved { moved.append(member) }
            case .copy, .foreign:
                guard listed != nil || !isSettled else {
                    decision.files.remove(identity)
                    continue
                }
            case .finished(let size):
                guard listed.map({ $0.size == size }) ?? !isSettled else {
                    decision.files.remove(identity)
                    decision.act(.remove(identity))
                    continue
                }
            }
            decision.files.update(member)
        }
        return moved.sorted { $0.number < $1.number }.map(\.file.identity)
    }

    private static func restartRewritten(in decision: inout FileDecision) {
        let rewritten = decision.scan.rewritten
        for member in decision.files.sorted(where: { rewritten[$0.file.identity] != nil }) {
            guard let position = rewritten[member.file.identity] else { continue }
            Truncation(of: member.file.identity, at: position).restart(in: &decision)
        }
    }

    /// The files about which to decide, the oldest first, and the compressed ones last.
    private static func newcomers(in decision: inout FileDecision) -> [ListedFile] {
        var new = decision.listed.values.filter {
            ($0.isMatched || decision.returned[$0.identity] != nil) && decision.files[$0.identity] == nil
        }
        for member in decision.files.sorted(where: { $0.state == .undecided })
        where !decision.newcomers.contains(member.file.identity) {
            var file = member.file
            file.size = member.size
            if file.size > 0 {
                new.append(file)
            } else if decision.listed[file.identity] == nil, decision.scan.isSettled {
                // Deleted, and perhaps still written: over when no program has it open.
                decision.files.setState(.detached, of: file.identity)
                decision.act(.admit(file.identity))
            }
        }
        let sorted = new.map { (file: $0, age: RotationAge($0)) }.sorted {
            ($0.age, $0.file.path) < ($1.age, $1.file.path)
        }.map(\.file)
        return sorted.filter { !$0.isCompressed } + (decision.scan.isSettled ? sorted.filter(\.isCompressed) : [])
    }
}
