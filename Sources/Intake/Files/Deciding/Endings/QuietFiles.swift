/// The followed files that have been quiet for long: some are over, and of some the last line is complete although it has no end.
enum QuietFiles {
    /// Delivers what is left of files that nobody writes any more, and lets go of those that are over.
    static func conclude(in decision: inout FileDecision) {
        let (now, patience) = (decision.now, decision.configuration)
        let shortest = min(patience.deletedQuiet, patience.unfinishedQuiet, patience.renamedQuiet)
        let quiet = decision.files.sorted { member in
            member.isFollowed && !member.isCompressed && now - member.quietSince > shortest
        }
        for member in quiet {
            let identity = member.file.identity
            guard decision.order.predecessor(of: identity) == nil, !decision.newcomers.contains(identity) else {
                continue
            }
            self.conclude(member, in: &decision)
        }
    }

    private static func conclude(_ member: FileMember, in decision: inout FileDecision) {
        let identity = member.file.identity
        let conclusion = Conclusion(
            of: member,
            status: decision.scan.followed[identity],
            quiet: decision.now - member.quietSince,
            patience: decision.configuration
        ) {
            decision.inquiry.ask(.writer(of: identity))
        }
        switch conclusion {
        case .goesOn: break
        case .lastLine: decision.act(.conclude(identity, isOver: false))
        case .renamed: decision.act(.conclude(identity, isOver: true))
        case .perhapsWritten, .deleted, .givenUp:
            // A copy that no pattern matches was made after the renaming, perhaps: it is known by this file alone.
            MissedRotations.takeUp(after: identity, in: &decision)
            if conclusion == .perhapsWritten { return }
            if conclusion == .givenUp { decision.act(.report(.deletedGivenUp(path: member.tag))) }
            decision.act(.conclude(identity, isOver: true))
        }
    }
}
