/// What a decision makes of copies.
extension FileDecision {
    /// Reads nothing of a file, because it holds what another one holds.
    mutating func takeAsCopy(_ file: ListedFile, of original: FileIdentity) {
        if self.files[file.identity] != nil { self.close(file.identity) }
        let copy = FileMember.CopyState(original: original, since: self.now, size: file.size)
        self.insert(file, tag: file.path, as: .copy(copy))
    }

    /// Reads a file from its first byte that was taken for a copy of the log with this `tag`.
    mutating func readCopy(_ file: ListedFile, tag: String) {
        self.files.remove(file.identity)
        self.follow(FileStart(file: file, place: .beginning, tag: file.isMatched ? file.path : tag))
    }

    /// Follows a copy in place of its original.
    mutating func takeOver(_ file: ListedFile, at place: FileStart.Place, tag: String) {
        if self.files[file.identity]?.state == .undecided { self.act(.close(file.identity)) }
        self.files.remove(file.identity)
        self.follow(FileStart(file: file, place: place, tag: tag, isStored: true))
        // Whatever it is called, it is older than the original.
        if !RotatedName(path: file.path).isRotated { self.files.setMoved(file.identity) }
    }

    /// Never reads an archive, because all that it holds was read.
    mutating func finishCopy(_ file: ListedFile, of position: FilePosition) {
        self.files.remove(file.identity)
        self.insert(file, tag: file.path, as: .finished(size: file.size))
        self.act(.report(.copy(path: file.path, original: position.path)))
        self.act(.finish(file))
    }
}
