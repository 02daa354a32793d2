/// A followed file that was truncated or written anew, and how far it had been read.
struct Truncation {
    private let identity: FileIdentity
    private let position: FilePosition

    init(of identity: FileIdentity, at position: FilePosition) {
        self.identity = identity
        self.position = position
    }

    /// Goes on with the rest of the old contents in a copy, if there is one, and then with the file at its first byte.
    ///
    /// Once in a decision.
    func restart(in decision: inout FileDecision) {
        guard let member = decision.files[self.identity], member.isFollowed,
            decision.noteRestart(of: self.identity)
        else { return }
        decision.remember(self.position, of: .remains)
        let copies = OldContents.takeUp(of: self.position, original: self.identity, in: &decision)
        let offset = self.position.offset
        decision.act(.report(.truncated(path: member.tag, offset: offset, hasCopy: !copies.isEmpty)))
        decision.act(.restart(self.identity))
        // Until something new is read the next run would look for the rest of the old contents once more.
        if !copies.isEmpty { decision.act(.store(self.position.atBeginning)) }
        decision.add(Relay(copies, before: self.identity))
    }
}
