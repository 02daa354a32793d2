internal import Glibc
internal import Logging

/// Taking up files: those that patterns match, and those that were followed before and have another name now.
extension FileFollower {
    /// Looks for files and takes up those that are new; notes which ones no pattern matches any more.
    func discover() {
        let before = self.filesTakenUp
        let (sighting, candidates) = self.search()
        for (identity, followed) in self.files {
            self.setDetached(followed, sighting.files[identity]?.isMatched != true)
        }
        self.copies = self.copies.filter { sighting.files[$0.key] != nil }
        let unknown = candidates.filter { self.stored[$0.identity] == nil }
        for candidate in candidates { self.stored[candidate.identity].map { self.resume(candidate, from: $0) } }
        for position in self.stored.values { self.giveUp(position) }
        for candidate in unknown { self.takeUp(candidate) }
        self.lineUp(takenUpAfter: before)
        self.knownPatterns = Set(self.patterns.map(\.text))
    }

    private func setDetached(_ followed: FollowedFile, _ isDetached: Bool) {
        guard followed.isDetached != isDetached else { return }
        followed.isDetached = isDetached
        if isDetached { followed.quietSince = .now }
    }

    /// Lets each new file wait for the one of its log that comes before it.
    private func lineUp(takenUpAfter number: Int) {
        let new = self.files.values.filter { $0.number > number }
        for (log, files) in Dictionary(grouping: new, by: \.log) {
            var last = self.files.values.filter { $0.log == log && $0.number <= number }.max { $0.number < $1.number }
            for followed in files.sorted(by: { $0.age < $1.age }) {
                self.filesTakenUp += 1
                followed.number = self.filesTakenUp
                followed.predecessor = last?.file.identity
                // It may have nothing left; looking at it then lets this one go on.
                last.map(self.enqueue)
                last = followed
            }
        }
    }

    // MARK: Files of the last run

    /// Goes on with a file that has a stored position, if it is still the same.
    private func resume(_ candidate: Candidate, from position: FilePosition) {
        if Self.matches(candidate.descriptor, position) {
            self.stored[candidate.identity] = nil
            let followed = self.follow(
                candidate.descriptor,
                path: candidate.file.path,
                tag: position.path,
                offset: position.offset,
                passingOver: position.isPassingOver
            )
            followed?.isDetached = !candidate.file.isMatched
        } else if candidate.file.isMatched {
            self.stored[candidate.identity] = nil
            self.logger.notice("file was rewritten while we were away", metadata: ["path": "\(candidate.file.path)"])
            self.takeCopies(of: position)
            self.follow(candidate.descriptor, path: candidate.file.path, offset: 0)
        } else {
            close(candidate.descriptor)  // the inode is that of another file now
        }
    }

    /// A file of the last run is gone; a copy of it may have taken its place.
    private func giveUp(_ position: FilePosition) {
        self.stored[position.identity] = nil
        // Half a window of equal bytes at the same place is no accident; less could be lines that repeat.
        if position.fingerprint.length >= Fingerprint.window / 2 { self.takeCopies(of: position) }
        self.initialPositions.append(position.removal)
    }

    /// The file still has the bytes before the position that it had when the position was stored.
    static func matches(_ descriptor: CInt, _ position: FilePosition) -> Bool {
        guard let status = FileStatus(descriptor: descriptor), status.size >= position.offset else { return false }
        let length = position.fingerprint.length
        guard let bytes = TailedFile.bytes(of: descriptor, from: position.offset - length, count: length) else {
            return false
        }
        return Fingerprint(bytes[...]) == position.fingerprint
    }

    // MARK: New files

    /// Begins with a file that was not followed before.
    private func takeUp(_ candidate: Candidate) {
        let (descriptor, path) = (candidate.descriptor, candidate.file.path)
        guard let status = FileStatus(descriptor: descriptor), self.files[status.identity] == nil,
            !self.isCopy(descriptor, status, path)
        else {
            close(descriptor)
            return
        }
        guard !candidate.file.isKnown, self.configuration.start == .end else {
            self.follow(descriptor, path: path, offset: 0)?.isUndecided = status.size == 0
            return
        }
        let limit = self.configuration.lineLimit
        let offset = TailedFile.startOfLastLine(of: descriptor, size: status.size, limit: limit)
        if let followed = self.follow(descriptor, path: path, offset: offset) {
            self.initialPositions.append(followed.file.position.stored)
        }
    }

    /// Takes an open file into the care of this follower; it owns the descriptor from here on.
    ///
    /// The records are tagged with `tag`: the name of the log if the file was rotated since it was found.
    @discardableResult
    func follow(
        _ descriptor: CInt,
        path: String,
        tag: String? = nil,
        offset: Int,
        passingOver: Bool = false
    ) -> FollowedFile? {
        guard let status = FileStatus(descriptor: descriptor), self.files[status.identity] == nil else {
            close(descriptor)
            return nil
        }
        let file = TailedFile(
            identity: status.identity,
            path: tag ?? path,
            descriptor: descriptor,
            offset: offset,
            isPassingOver: passingOver,
            lineLimit: self.configuration.lineLimit
        )
        self.filesTakenUp += 1
        let age = RotationAge(path: path, modified: status.modified)
        let followed = FollowedFile(file, number: self.filesTakenUp, age: age)
        self.files[status.identity] = followed
        self.watch.watch(status.identity, descriptor: descriptor)
        self.enqueue(followed)
        self.logger.debug("follows", metadata: ["path": "\(path)", "offset": "\(offset)"])
        return followed
    }
}
