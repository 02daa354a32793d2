/// Followed files that went away while they were not open: nobody can read what was left of them, unless a copy has it.
enum LostFiles {
    /// Forgets those whose inode belongs to another kind of file now; returns how far they were read.
    static func takeReplaced(in decision: inout FileDecision) -> [FilePosition] {
        var gone: [FilePosition] = []
        for member in self.closed(in: decision) {
            let identity = member.file.identity
            guard let file = decision.listed[identity], file.isCompressed != member.isCompressed else { continue }
            if case .position(let position) = decision.inquiry.ask(.position(of: identity)) { gone.append(position) }
            decision.close(identity)
        }
        return gone
    }

    /// Forgets those that have no name any more; returns how far they were read.
    static func takeGone(in decision: inout FileDecision) -> [FilePosition] {
        guard decision.scan.isSettled else { return [] }
        var gone: [FilePosition] = []
        for member in self.closed(in: decision) {
            let identity = member.file.identity
            guard decision.listed[identity] == nil, !decision.newcomers.contains(identity),
                let answer = decision.inquiry.ask(.position(of: identity))
            else { continue }
            if case .position(let position) = answer {
                guard decision.inquiry.isAbsent(position) == false else { continue }
                gone.append(position)
            } else {
                decision.act(.remove(identity))
            }
            decision.close(identity)
        }
        return gone
    }

    private static func closed(in decision: FileDecision) -> [FileMember] {
        decision.files.sorted { $0.isFollowed && decision.scan.followed[$0.file.identity] == nil }
    }

    /// Goes on in the copies of files that are gone.
    static func takeCopies(of gone: [FilePosition], in decision: inout FileDecision) {
        let plain = gone.filter { $0.kind == .plain }
        for position in plain { decision.remember(position, of: .deleted) }
        // A file may begin with the bytes that were read of several lost ones: it belongs to the one whose position is the farthest.
        for position in plain.sorted(by: { $0.offset > $1.offset }) {
            decision.add(Relay(OldContents.takeUp(of: position, in: &decision), before: nil))
        }
    }

    /// Removes the stored positions of files that are gone: behind those of what took their places, unless one of these has the inode.
    static func removePositions(_ gone: [FilePosition], in decision: inout FileDecision) {
        for position in gone where decision.files[position.identity] == nil {
            decision.act(.remove(position.identity))
        }
    }
}
