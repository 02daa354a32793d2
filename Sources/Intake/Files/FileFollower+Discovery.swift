internal import Glibc
internal import Logging

/// Taking up files: those that patterns match, and those that were followed before and have another name now.
extension FileFollower {
    /// Looks for files and takes up those that are new; notes which ones no pattern matches any more.
    func discover() {
        let before = self.filesTakenUp
        let (sighting, candidates) = self.search()
        self.note(sighting)
        self.recognise(candidates)
        let (unknown, gone) = self.resume(candidates, in: sighting)
        // A copy of it, or a compressed file, may have taken its place.
        for position in gone where position.kind == .plain { self.takeCopies(of: position) }
        // A compressed file may be what becomes of another one, which has to be known first, and known to be gone.
        let isCompressed = { (candidate: Candidate) in RotatedName(path: candidate.file.path).isCompressed }
        for candidate in unknown where !isCompressed(candidate) { self.takeUp(candidate) }
        for candidate in unknown where isCompressed(candidate) {
            if sighting.isSettled { self.takeUp(candidate) } else { close(candidate.descriptor) }
        }
        // Behind the positions of what took their places, unless that has the inode.
        self.loosePositions += gone.filter { self.isNew($0.identity) }.map(\.removal)
        self.lineUp(takenUpAfter: before)
        self.knownPatterns = Set(self.patterns.map(\.text))
    }

    /// Notes what became of the files that are known.
    private func note(_ sighting: FileSighting) {
        for (identity, followed) in self.files {
            self.setDetached(followed, sighting.files[identity]?.isMatched != true)
        }
        for (identity, _) in self.copies {
            if let path = sighting.files[identity]?.path {
                self.copies[identity]?.path = path
            } else if sighting.isSettled {
                self.copies[identity] = nil
            }
        }
        self.forgetFinished(notIn: sighting)
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
            let known = self.files.values.filter { $0.log == log && $0.number <= number }
            // Not for an empty copy that came after the log itself, while that has something left.
            let unread = known.filter { !$0.hasNothingLeft }
            var last = (unread.isEmpty ? known : unread).max { $0.number < $1.number }
            let ages = files.map { (followed: $0, age: $0.age) }
            for (followed, _) in ages.sorted(by: { $0.age < $1.age }) {
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

    /// Devices may have other numbers after a restart of the machine: the inode and the contents tell, too.
    private func recognise(_ candidates: [Candidate]) {
        for candidate in candidates where self.stored[candidate.identity] == nil {
            let inode = candidate.identity.inode
            guard
                var position = self.stored.values.first(where: {
                    $0.identity.inode == inode && $0.identity.device != candidate.identity.device
                        && $0.kind != .compressed && Self.matches(candidate.descriptor, $0)
                })
            else { continue }
            self.stored[position.identity] = nil
            let old = position.removal
            position.identity = candidate.identity
            self.stored[position.identity] = position
            self.loosePositions += [position.stored, old]
        }
    }

    /// The file system that the file was on is not there: its directory is on another one, and empty or missing.
    private static func mayComeBack(_ position: FilePosition) -> Bool {
        var directory = FilePattern.directory(of: position.path)
        var isMissing = false
        while FileStatus(path: directory.isEmpty ? "." : directory) == nil, !directory.isEmpty, directory != "/" {
            isMissing = true
            directory = FilePattern.directory(of: directory)
        }
        let device = FileStatus(path: directory.isEmpty ? "." : directory)?.identity.device
        return device != position.identity.device && (isMissing || FilePattern.files(in: directory).isEmpty)
    }

    /// Goes on with the files of the last run; gives those that are none of them, and the positions of those that are gone.
    private func resume(_ candidates: [Candidate], in sighting: FileSighting) -> ([Candidate], gone: [FilePosition]) {
        var unknown: [Candidate] = []
        var gone: [FilePosition] = []
        for var candidate in candidates {
            guard let position = self.stored[candidate.identity] else {
                unknown.append(candidate)
                continue
            }
            if self.resume(candidate, from: position) {
                self.stored[candidate.identity] = nil
            } else if sighting.isSettled, candidate.file.isMatched {
                let path = candidate.file.path
                self.logger.notice("file was rewritten while we were away", metadata: ["path": "\(path)"])
                candidate.file.isKnown = true
                unknown.append(candidate)
            } else {
                close(candidate.descriptor)
            }
        }
        guard sighting.isSettled else { return (unknown, gone) }
        let rewritten = Set(unknown.map(\.identity))
        for position in self.stored.values where rewritten.contains(position.identity) || !Self.mayComeBack(position) {
            self.stored[position.identity] = nil
            gone.append(position)
        }
        return (unknown, gone)
    }

    /// Goes on with a file that has a stored position; false, and nothing done, if the inode is that of another file now.
    private func resume(_ candidate: Candidate, from position: FilePosition) -> Bool {
        let (descriptor, path) = (candidate.descriptor, candidate.file.path)
        switch position.kind {
        case .plain where !RotatedName(path: path).isCompressed && Self.matches(descriptor, position):
            let offset = position.offset
            self.follow(
                descriptor,
                path: path,
                tag: position.path,
                offset: offset,
                passingOver: position.isPassingOver
            )?
            .isDetached = !candidate.file.isMatched
            return true
        case .compressed where self.follow(descriptor, archive: path, behind: position):
            return true
        case .done
        where Self.matches(descriptor, position) && FileStatus(descriptor: descriptor)?.size == position.offset:
            self.finished[candidate.identity] = position
            close(descriptor)
            return true
        default:
            return false
        }
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
        if self.files[candidate.identity] == nil, RotatedName(path: path).isCompressed {
            return self.takeUpArchive(candidate)
        }
        guard let status = FileStatus(descriptor: descriptor), self.files[status.identity] == nil,
            !self.isCopy(descriptor, status, path)
        else {
            close(descriptor)
            return
        }
        if let last = self.recentlyOver.last(where: { $0.identity == status.identity }), Self.matches(descriptor, last)
        {
            self.follow(descriptor, path: path, tag: last.path, offset: last.offset, passingOver: last.isPassingOver)
            return
        }
        guard !candidate.file.isKnown, self.configuration.start == .end else {
            self.follow(descriptor, path: path, offset: 0)?.isUndecided = status.size == 0
            return
        }
        let limit = self.configuration.lineLimit
        let offset = TailedFile.startOfLastLine(of: descriptor, size: status.size, limit: limit)
        if let followed = self.follow(descriptor, path: path, offset: offset) {
            if self.configuration.syncsFiles { FileFlush.now(descriptor) }
            self.loosePositions.append(followed.file.position.stored)
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
            splitter: self.recordSplitter(isPassingOver: passingOver)
        )
        return self.follow(file, path: path)
    }

    /// Takes a file into the care of this follower, that has this name now.
    @discardableResult
    func follow(_ file: TailedFile, path: String) -> FollowedFile {
        self.filesTakenUp += 1
        let followed = FollowedFile(file, name: path, number: self.filesTakenUp)
        self.files[file.identity] = followed
        self.copies[file.identity] = nil
        self.watch.watch(file.identity, descriptor: file.descriptor)
        self.enqueue(followed)
        self.logger.debug("follows", metadata: ["path": "\(path)", "offset": "\(file.offset)"])
        return followed
    }

    func recordSplitter(isPassingOver: Bool) -> RecordSplitter {
        RecordSplitter(limit: self.configuration.lineLimit, isPassingOver: isPassingOver, isStart: self.isStart)
    }
}
