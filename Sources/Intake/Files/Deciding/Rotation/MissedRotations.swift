/// Rotated files that nobody saw before they were rotated.
///
/// The case: two rotations between two looks. `app.log` was renamed to `app.log.1`, a new `app.log` was written and renamed to
/// `app.log.1` in its turn, and what we followed is `app.log.2` now. No pattern matches `app.log.1`, and nobody has read it.
enum MissedRotations {
    /// Takes up rotated files of the same log that are newer than this one; returns them, the oldest first.
    @discardableResult
    static func takeUp(after identity: FileIdentity, in decision: inout FileDecision) -> [FileIdentity] {
        guard let member = decision.files[identity], member.isMoved || member.foundAs != member.tag else { return [] }
        var taken: [FileIdentity] = []
        for file in self.newer(than: member, in: &decision) {
            // As `renamecopy` makes it, what looks like a missed rotation is a copy of this one.
            switch Origin.of(file, in: &decision) {
            case .own:
                guard let place = decision.place(of: file) else { continue }
                decision.follow(FileStart(file: file, place: place, tag: member.tag))
                taken.append(file.identity)
            case .copy(let original): decision.takeAsCopy(file, of: original)
            case .notKnown: continue
            }
        }
        return taken
    }

    /// The oldest first.
    private static func newer(than member: FileMember, in decision: inout FileDecision) -> [ListedFile] {
        var missed: [ListedFile] = []
        for directory in FilePattern.directories(of: [member.foundAs, member.file.target]) {
            for file in decision.looseNeighbours(in: directory) where decision.files[file.identity] == nil {
                guard self.isRotation(file, of: member), RotationAge(file) > member.age,
                    decision.listed[file.identity]?.isMatched != true,
                    !missed.contains(where: { $0.identity == file.identity })
                else { continue }
                missed.append(file)
            }
        }
        return missed.sorted { RotationAge($0) < RotationAge($1) }
    }

    /// The names say that both were the same log.
    private static func isRotation(_ file: ListedFile, of member: FileMember) -> Bool {
        let name = RotatedName(path: file.path)
        guard name.isRotated, !name.isCompressed else { return false }
        if member.names.canHaveBecome(file.path) { return true }
        // Of a file that was rotated under a date the position knows the log no more, but the name does.
        return !RotatedName(path: member.tag).isRotated && name.log == RotatedName(path: member.file.target).log
    }
}
