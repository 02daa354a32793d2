/// A compressed file that was not known before: the archive of a log that was read, as a whole or up to a position, or one of its own.
struct NewArchive {
    let file: ListedFile

    /// Decides what becomes of it.
    func takeUp(in decision: inout FileDecision) {
        guard !self.file.mayBeOld else {
            guard self.isOpenable(in: &decision) else { return }
            decision.insert(self.file, tag: self.file.path, as: .finished(size: self.file.size))
            return decision.act(.finish(self.file))
        }
        // Nothing can be said of an empty one, which is only just made.
        guard self.file.size > 0, self.isOpenable(in: &decision) else { return }
        switch Origin.of(self.file, in: &decision) {
        case .own: self.goOn(in: &decision)
        case .copy(let original): decision.takeAsCopy(self.file, of: original)
        case .notKnown: break
        }
    }

    /// Goes on behind what was read of the file that it was made of, if that is over.
    private func goOn(in decision: inout FileDecision) {
        let file = self.file
        for position in decision.finished.latestFirst where position.isNamedLike(file) && position.canBeHeld(by: file) {
            switch decision.inquiry.possession(of: position, in: file) {
            case .held:
                let place = FileStart.Place.position(position)
                return decision.follow(FileStart(file: file, place: place, tag: position.path, isStored: true))
            case .shorter where position.head.isWhole:
                // Perhaps the archive of a copy that was made before the last lines were read; perhaps that of a short file which begins
                // with the same lines, as every file of a log may, and which nobody saw before it was compressed.
                guard let isOlder = decision.isOlderCopy(file, of: position) else { return }
                if isOlder { return decision.finishCopy(file, of: position) }
            case .unfinished where !decision.isOutOfPatience(file): return
            case nil: return
            default: continue
            }
        }
        decision.follow(FileStart(file: file, place: .beginning, tag: file.path))
    }

    private func isOpenable(in decision: inout FileDecision) -> Bool {
        decision.inquiry.contents(of: self.file) != nil
    }
}
