internal import Glibc
internal import Logging

/// Copying with truncation: the copy holds what was not read of the original before it was cut, and nothing else of interest.
extension FileFollower {
    /// Whether an unknown file is the copy of a followed one; then it waits for what becomes of the original.
    func isCopy(_ descriptor: CInt, _ status: FileStatus, _ path: String) -> Bool {
        guard status.size > 0 else { return false }
        for followed in self.files.values where Self.canBeCopy(path, of: followed.file.path) {
            guard followed.file.identity != status.identity else { continue }
            if followed.file.isBeginning(descriptor, status) {
                self.copies[status.identity] = Copy(original: followed.file.identity, path: path)
                return true
            }
        }
        return false
    }

    /// Copies have the name of a rotation of the same log, or that of the original and something behind it.
    ///
    /// Without this, logs that begin with the same lines would be taken for copies of each other.
    private static func canBeCopy(_ path: String, of original: String) -> Bool {
        let log = RotatedName(path: original).log
        let name = RotatedName(path: path)
        return path != original && (path.hasPrefix(original) || name.isRotated && name.log == log)
    }

    /// A followed file was cut or written anew: goes on with the rest of its old contents in a copy, if there is one.
    func takeCopies(of followed: FollowedFile) {
        let position = followed.file.position
        let copies = self.takeCopies(of: position, original: followed)
        // Stored before anything else, so that a copy is never taken for a new file.
        for copy in copies { copy.ready = RecordBatch(position: copy.file.position.stored) }
        self.lineUp(copies, before: followed)
        self.logger.notice(
            "file was truncated, starting again at its beginning",
            metadata: [
                "path": "\(followed.file.path)", "offset": "\(position.offset)",
                "copy": "\(copies.isEmpty ? "none" : "found")",
            ]
        )
        if followed.acceptedOffset == position.offset { followed.acceptedOffset = 0 }
    }

    /// The same for a file of the last run; what it became may be found later only, when names move.
    func takeCopies(of position: FilePosition) {
        self.remember(position)
        for copy in self.takeCopies(of: position, original: nil) {
            self.loosePositions.append(copy.file.position.stored)
        }
    }

    /// The copies come first, then the rotated files that waited for the old contents, then what is new in the original.
    private func lineUp(_ copies: [FollowedFile], before original: FollowedFile) {
        var line = copies
        var ends = Set((copies + [original]).map(\.file.identity))
        let waiting = self.files.values.filter { $0.age.isRotated && !ends.contains($0.file.identity) }
        for next in waiting.sorted(by: { $0.number < $1.number }) where next.predecessor.map(ends.contains) ?? false {
            line.append(next)
            ends.insert(next.file.identity)
        }
        var last: FollowedFile?
        for followed in line + [original] {
            self.filesTakenUp += 1
            followed.number = self.filesTakenUp
            followed.predecessor = last?.file.identity
            self.enqueue(followed)
            last = followed
        }
    }

    /// Takes up every neighbour that holds the old contents, each from where the original was read.
    private func takeCopies(of position: FilePosition, original: FollowedFile?) -> [FollowedFile] {
        guard position.offset > 0 else { return [] }
        var found: [FollowedFile] = []
        var hasRest = false
        for (path, status) in self.neighbours(of: position.path) where self.canBeTaken(status.identity) {
            guard let descriptor = self.open(path, expecting: status.identity) else { continue }
            if RotatedName(path: path).isCompressed {
                if self.takeCompressedCopy(descriptor, status, path, of: position) {
                    if let archive = self.files[status.identity] { found.append(archive) }
                } else {
                    close(descriptor)
                }
                continue
            }
            let isRest =
                !hasRest && (original != nil || Self.canHold(position, path, status))
                && Self.matches(descriptor, position)
            // A copy from before the last lines that were read: all of it was delivered.
            let isOld =
                original.map { self.copies[status.identity]?.original == $0.file.identity }
                ?? Self.isOldCopy(descriptor, status, path, of: position)
            guard isRest || isOld else {
                close(descriptor)
                continue
            }
            hasRest = hasRest || isRest
            self.copies[status.identity] = nil
            let waiting = self.files.values.filter { $0.predecessor == status.identity }
            self.files[status.identity].map(self.forget)
            let copy = self.follow(
                descriptor,
                path: path,
                tag: position.path,
                offset: isRest ? position.offset : status.size,
                passingOver: isRest && position.isPassingOver
            )
            for followed in waiting { followed.predecessor = status.identity }
            copy?.isDetached = true
            if let copy { found.append(copy) }
        }
        return found + self.takeMissed(after: found.last, of: position)
    }

    /// Rotations of the same log that are newer than the copy: truncated more than once, nothing was read of these.
    private func takeMissed(after copy: FollowedFile?, of position: FilePosition) -> [FollowedFile] {
        guard let copy else { return [] }
        var missed: [FollowedFile] = []
        let age = copy.age
        for (path, status) in self.neighbours(of: position.path) where self.stored[status.identity] == nil {
            guard self.isRotation(path, status, of: position.path, after: age),
                let descriptor = self.open(path, expecting: status.identity),
                let followed = self.follow(descriptor, path: path, tag: position.path, offset: 0)
            else { continue }
            followed.isDetached = true
            missed.append(followed)
        }
        return missed.sorted { $0.age < $1.age }
    }

    /// Goes on in a compressed file, if it is of the same log and holds what was read; false if not.
    private func takeCompressedCopy(
        _ descriptor: CInt,
        _ status: FileStatus,
        _ path: String,
        of position: FilePosition
    ) -> Bool {
        position.head.length > 0 && RotatedName(path: path).log == RotatedName(path: position.path).log
            && Self.canHold(position, path, status) && self.follow(descriptor, archive: path, behind: position)
    }

    /// Half a window of equal bytes at the same place is no accident; fewer may be lines with which each file of the log begins:
    /// then the copy has to be as young as what was read, as far as whole seconds tell, which is what some tools preserve.
    private static func canHold(_ position: FilePosition, _ path: String, _ status: FileStatus) -> Bool {
        let second: Int64 = 1_000_000_000
        return position.fingerprint.length >= Fingerprint.window / 2
            || (self.canBeCopy(path, of: position.path) && status.modified >= position.modified / second * second)
    }

    /// The file begins as the original did, and ends before what was read of that.
    private static func isOldCopy(
        _ descriptor: CInt,
        _ status: FileStatus,
        _ path: String,
        of position: FilePosition
    ) -> Bool {
        guard self.canBeCopy(path, of: position.path), position.head.length > 0,
            (position.head.length..<position.offset).contains(status.size)
        else { return false }
        return TailedFile.bytes(of: descriptor, from: 0, count: position.head.length).map { Fingerprint($0[...]) }
            == position.head
    }

    /// Nothing of the file was read; one that was empty when it appeared may have become the copy.
    private func canBeTaken(_ identity: FileIdentity) -> Bool {
        self.stored[identity] == nil && self.finished[identity] == nil && self.files[identity]?.isUndecided ?? true
    }
}
