/// A file that was not followed before, or that was empty until now.
struct NewFile {
    private let file: ListedFile
    private let tag: String
    /// It is open, but nothing of it was read.
    private let isUndecided: Bool

    /// Decides what becomes of a file.
    static func takeUp(_ file: ListedFile, in decision: inout FileDecision) {
        guard let new = NewFile(file, in: decision) else { return }
        decision.delays.note(new.file, at: decision.now)
        if new.file.isCompressed { NewArchive(file: new.file).takeUp(in: &decision) } else { new.takeUp(in: &decision) }
    }

    /// Not a new one, if another decision of this look has taken it.
    private init?(_ file: ListedFile, in decision: FileDecision) {
        let member = decision.files[file.identity]
        guard member == nil || member?.state == .undecided else { return nil }
        let returned = decision.returned[file.identity]
        self.isUndecided = member != nil
        self.tag = returned ?? member?.tag ?? file.path
        let mayBeOld = (returned == nil && file.mayBeOld) || decision.delays.mayBeOld(file.identity)
        var file = file
        file.mayBeOld = mayBeOld && decision.configuration.start == .end
        self.file = file
    }

    private func takeUp(in decision: inout FileDecision) {
        guard self.isUndecided || (self.file.size > 0 && !self.file.mayBeOld) else {
            return self.followAtOnce(in: &decision)
        }
        guard self.isReadable(in: &decision) else { return }
        if let last = decision.finished.last(of: self.file.identity) {
            guard let possession = decision.inquiry.possession(of: last, in: self.file) else { return }
            if possession == .held {
                return decision.follow(FileStart(file: self.file, place: .position(last), tag: last.path))
            }
        }
        switch Origin.of(self.file, in: &decision) {
        case .own: self.takeAsOwn(in: &decision)
        case .copy(let original): decision.takeAsCopy(self.file, of: original)
        case .notKnown where decision.files[self.file.identity] == nil:
            // Opened all the same: until it is decided it may be renamed or deleted.
            decision.follow(FileStart(file: self.file, place: .undecided, tag: self.tag), as: .undecided)
        case .notKnown: break
        }
    }

    /// Follows a file of which nothing has to be known: one from which only what is added is wanted, or an empty one.
    private func followAtOnce(in decision: inout FileDecision) {
        if self.file.mayBeOld {
            let place = FileStart.Place.lastLine(size: self.file.size)
            return decision.follow(FileStart(file: self.file, place: place, tag: self.tag, isStored: true))
        }
        // Stored, so that it is known again if it is renamed before anything was read of it.
        let start = FileStart(file: self.file, place: .undecided, tag: self.tag, isStored: true)
        decision.follow(start, as: .undecided)
    }

    /// It can be read now; one in a foreign format is left alone.
    private func isReadable(in decision: inout FileDecision) -> Bool {
        switch decision.inquiry.contents(of: self.file) {
        case .readable: return true
        case .foreign(let format):
            if self.isUndecided { decision.close(self.file.identity) }
            decision.insert(self.file, tag: self.file.path, as: .foreign)
            decision.act(.report(.foreignCompression(path: self.file.path, format: format)))
            return false
        case nil: return false
        }
    }

    private func takeAsOwn(in decision: inout FileDecision) {
        let identity = self.file.identity
        switch decision.place(of: self.file) {
        case .beginning where decision.files[identity]?.state == .undecided:
            decision.files.setState(.followed, of: identity)
            decision.act(.admit(identity))
        case .beginning:
            decision.follow(FileStart(file: self.file, place: .beginning, tag: self.tag))
        case .position(let position):
            if self.isUndecided { decision.close(identity) }
            let place = FileStart.Place.position(position)
            decision.follow(FileStart(file: self.file, place: place, tag: position.path, isStored: true))
        default: break
        }
    }
}
