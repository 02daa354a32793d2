internal import Glibc
internal import Logging

/// Copying with truncation: the copy holds what was not read of the original before it was cut, and nothing else of interest.
extension FileFollower {
    /// Whether an unknown file is the copy of a followed one; then it waits for what becomes of the original.
    func isCopy(_ descriptor: CInt, _ status: FileStatus, _ path: String) -> Bool {
        guard status.size > 0 else { return false }
        for followed in self.files.values where Self.canBeCopy(path, of: followed.file.path) {
            guard followed.file.identity != status.identity else { continue }
            let common = min(status.size, followed.file.offset)
            let expected = followed.file.known(before: common)
            guard !expected.isEmpty else { continue }
            if TailedFile.bytes(of: descriptor, before: common).suffix(expected.count) == expected[...] {
                self.copies[status.identity] = followed.file.identity
                return true
            }
        }
        return false
    }

    /// Copies get another name in the same directory that begins like that of the original.
    ///
    /// Without this, logs that begin with the same lines would be taken for copies of each other.
    private static func canBeCopy(_ path: String, of original: String) -> Bool {
        let directory = FilePattern.directory(of: original)
        guard path != original, FilePattern.directory(of: path) == directory else { return false }
        let name = original.dropFirst(directory.count)
        let end = name.dropFirst(2).firstIndex(of: ".") ?? name.endIndex
        return path.dropFirst(directory.count).hasPrefix(name[..<end])
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

    /// The same for a file of the last run.
    func takeCopies(of position: FilePosition) {
        for copy in self.takeCopies(of: position, original: nil) {
            self.initialPositions.append(copy.file.position.stored)
        }
    }

    /// The copies come first, then the rotated files that waited for the old contents, then what is new in the original.
    private func lineUp(_ copies: [FollowedFile], before original: FollowedFile) {
        var line = copies
        var end = original.file.identity
        while let next = self.files.values.first(where: { $0.predecessor == end && $0.age.isRotated }) {
            line.append(next)
            end = next.file.identity
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
        for path in FilePattern.files(in: FilePattern.directory(of: position.path)) {
            guard let status = FileStatus(path: path), self.canBeTaken(status.identity),
                let descriptor = self.open(path, expecting: status.identity)
            else { continue }
            let isRest = !hasRest && Self.matches(descriptor, position)
            // A copy from before the last lines that were read: all of it was delivered.
            let isOld = original.map { self.copies[status.identity] == $0.file.identity } ?? false
            guard isRest || isOld else {
                close(descriptor)
                continue
            }
            hasRest = hasRest || isRest
            self.copies[status.identity] = nil
            self.files[status.identity].map(self.forget)
            let copy = self.follow(
                descriptor,
                path: path,
                tag: position.path,
                offset: isRest ? position.offset : status.size,
                passingOver: isRest && position.isPassingOver
            )
            copy?.isDetached = true
            if let copy { found.append(copy) }
        }
        return found
    }

    /// Nothing of the file was read; one that was empty when it appeared may have become the copy.
    private func canBeTaken(_ identity: FileIdentity) -> Bool {
        self.stored[identity] == nil && self.files[identity]?.isUndecided ?? true
    }
}
