internal import Glibc
internal import Logging

/// Compressed files: what rotation left, read once, and not at all if it was followed before it was compressed.
extension FileFollower {
    /// So many positions of files that are over are kept, to recognise what becomes of them.
    private static let mostRecentlyOver = 256

    /// Decides what becomes of a compressed file that was not seen before; it owns the candidate's descriptor from here on.
    func takeUpArchive(_ candidate: Candidate) {
        let (descriptor, path, identity) = (candidate.descriptor, candidate.file.path, candidate.identity)
        if self.configuration.start == .end, !candidate.file.isKnown {
            self.finish(identity, path: path, descriptor: descriptor)
            close(descriptor)
            return
        }
        let log = RotatedName(path: path).log
        let originals = self.files.values.filter { $0.log == log && !$0.isFinished && !($0.file is ArchivedFile) }
        let (origin, head) = ArchiveOrigin.of(descriptor, among: originals)
        switch origin {
        case .unknown:
            close(descriptor)  // it is being written; the next look may see more
            return
        case .copy(let original):
            self.copies[identity] = Copy(original: original, path: path)
            close(descriptor)
            return
        case .other: break
        }
        if let position = self.recentlyOver.last(where: { $0.isOf(log, beginningWith: head) }),
            self.follow(descriptor, archive: path, behind: position)
        {
            // The position of the original is gone: the next run knows the archive by its own.
            self.files[identity].map { self.loosePositions.append($0.file.position.stored) }
        } else {
            self.follow(descriptor, archive: path)
        }
    }

    /// Reads a compressed file from its beginning.
    private func follow(_ descriptor: CInt, archive path: String) {
        guard let status = FileStatus(descriptor: descriptor) else {
            close(descriptor)
            return
        }
        let content = GzipContent(descriptor)
        self.follow(descriptor, archive: path, tag: path, content, status, tail: [], head: [], isPassingOver: false)
    }

    /// Goes on in a compressed file behind a position in what it holds; false, and nothing done, if it holds something else.
    func follow(_ descriptor: CInt, archive path: String, behind position: FilePosition) -> Bool {
        let (head, _) = GzipContent.head(of: descriptor, count: position.head.length)
        let content = GzipContent(descriptor)
        guard Fingerprint(head[...]) == position.head, let status = FileStatus(descriptor: descriptor),
            let tail = content.skip(to: position.offset),
            Fingerprint(tail.suffix(position.fingerprint.length)) == position.fingerprint
        else { return false }
        self.follow(
            descriptor,
            archive: path,
            tag: position.path,
            content,
            status,
            tail: tail,
            head: head,
            isPassingOver: position.isPassingOver
        )
        return true
    }

    private func follow(
        _ descriptor: CInt,
        archive path: String,
        tag: String,
        _ content: GzipContent,
        _ status: FileStatus,
        tail: [UInt8],
        head: [UInt8],
        isPassingOver: Bool
    ) {
        let file = ArchivedFile(
            identity: status.identity,
            path: tag,
            descriptor: descriptor,
            content: content,
            patience: self.configuration.archiveQuiet,
            tail: tail,
            head: head,
            splitter: self.recordSplitter(isPassingOver: isPassingOver)
        )
        self.follow(file, path: path)
    }

    // MARK: Files of which nothing more is wanted

    /// Never reads this file, as long as it stays as it is; the position tells the next run.
    func finish(_ identity: FileIdentity, path: String, descriptor: CInt) {
        let position = ArchivedFile.done(identity, path: path, descriptor: descriptor)
        self.finished[identity] = position
        self.loosePositions.append(position.stored)
    }

    /// Everything that an archive holds was given; what is to be stored after it.
    func isOver(_ followed: FollowedFile, because complaint: String?) -> RecordBatch {
        let file = followed.file
        if let complaint {
            self.logger.error(
                "compressed file is given up",
                metadata: ["path": "\(file.path)", "reason": "\(complaint)"]
            )
        }
        let done = ArchivedFile.done(file.identity, path: file.path, descriptor: file.descriptor)
        self.finished[file.identity] = done
        followed.isFinished = true
        return RecordBatch(position: done.stored)
    }

    /// What is to be stored next of a file that is over: its copies are done with before its position goes, or the next run
    /// would read them.
    ///
    /// `nil` if a copy has another name by now, which the next look will know.
    func end(_ followed: FollowedFile) -> RecordBatch? {
        guard let (identity, copy) = self.copies.first(where: { $0.value.original == followed.file.identity }) else {
            followed.isFinished = true
            let (position, status) = (followed.file.position, FileStatus(descriptor: followed.file.descriptor))
            self.remember(position)
            // One that only has another name may be compressed after the next start.
            return RecordBatch(position: status?.isDeleted == false ? position.stored : position.removal)
        }
        guard let descriptor = self.open(copy.path, expecting: identity) else { return nil }
        defer { close(descriptor) }
        let done = ArchivedFile.done(identity, path: copy.path, descriptor: descriptor)
        self.copies[identity] = nil
        self.finished[identity] = done
        return RecordBatch(position: done.stored)
    }

    /// Forgets files that are done with when they are gone, or are not what they were.
    func forgetFinished(notIn sighting: FileSighting) {
        for (identity, position) in self.finished where self.files[identity] == nil {
            if sighting.files[identity].map({ $0.size == position.offset }) ?? !sighting.isSettled { continue }
            self.finished[identity] = nil
            self.loosePositions.append(position.removal)
        }
    }

    /// Remembers how far a file was read that is over: what it held may appear again, compressed.
    func remember(_ position: FilePosition) {
        guard position.kind == .plain, position.offset > 0 else { return }
        self.recentlyOver.append(position)
        guard self.recentlyOver.count > Self.mostRecentlyOver else { return }
        let oldest = self.recentlyOver.removeFirst()
        // Unless the inode is that of another file by now.
        if self.isNew(oldest.identity) { self.loosePositions.append(oldest.removal) }
    }
}

extension FilePosition {
    /// It is of this log, and what was read began like this.
    fileprivate func isOf(_ log: String, beginningWith head: [UInt8]) -> Bool {
        self.head.length > 0 && RotatedName(path: self.path).log == log
            && Fingerprint(head.prefix(self.head.length)) == self.head
    }
}
