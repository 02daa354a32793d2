/// The end of a followed file that was deleted or renamed: everything that it held was read and accepted.
struct FileEnd {
    private let identity: FileIdentity
    private let position: FilePosition
    private let isDeleted: Bool

    init(of identity: FileIdentity, at position: FilePosition, isDeleted: Bool) {
        self.identity = identity
        self.position = position
        self.isDeleted = isDeleted
    }

    /// Lets go of the file.
    ///
    /// Its copies are done with before its position goes, or the next run would read them.
    func decide(_ decision: inout FileDecision) {
        guard let member = decision.files[self.identity], self.releaseCopies(of: member, in: &decision) else { return }
        decision.remember(self.position, of: self.isDeleted ? .deleted : .remains)
        if self.isDeleted {
            // Replaced by a copy of itself, which was written on and rotated before anybody looked.
            let copies = OldContents.takeUp(of: self.position, original: self.identity, in: &decision)
            decision.add(Relay(copies, before: nil))
            Relay.lineUp(in: &decision)
        }
        // One that only has another name may be compressed after the next start.
        decision.act(self.isDeleted ? .remove(self.identity) : .store(self.position))
        decision.close(self.identity)
    }

    /// Follows what turns out to be no copy, and the copies in place of the file; false if not all of them are known.
    private func releaseCopies(of member: FileMember, in decision: inout FileDecision) -> Bool {
        var (own, copies): ([ListedFile], [ListedFile]) = ([], [])
        for other in decision.files.sorted(where: { $0.copy?.original == self.identity }) {
            switch decision.inquiry.comparison(of: other.file, with: member.file) {
            case .equal, .beginning: copies.append(other.file)
            case .different: own.append(other.file)
            // It has another name by now, which the next look will know.
            case .unfinished, nil: return false
            }
        }
        for file in own { decision.readCopy(file, tag: member.tag) }
        // A copy takes the place of its original: it may be rotated and compressed in its turn, and is known again by its own position.
        for file in copies {
            if file.isCompressed {
                decision.files.setState(.finished(size: file.size), of: file.identity)
                decision.act(.finish(file))
            } else {
                decision.takeOver(file, at: .everything, tag: member.tag)
            }
        }
        return true
    }
}
