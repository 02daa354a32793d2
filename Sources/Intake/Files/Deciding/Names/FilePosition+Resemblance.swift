/// What names, times and lengths say of whether a file can hold what was read up to a position.
///
/// They are cheap, where a look into the file is not; and they decide where the bytes alone would prove too little.
extension FilePosition {
    private static let second: Int64 = 1_000_000_000

    /// The file of the position may have got this name, or a copy of it.
    func isNamedLike(_ file: ListedFile) -> Bool { LogNames(self.path, self.target).canHaveBecome(file.path) }

    /// The file can hold what was read.
    ///
    /// Few bytes may be lines with which each file of the log begins: then the name has to fit, and the file to be as
    /// young as what was read, as far as whole seconds tell, which is what some tools keep.
    func canBeHeld(by file: ListedFile) -> Bool {
        if self.fingerprint.isDistinctive { return true }
        return self.isNamedLike(file) && file.modified >= self.modified / Self.second * Self.second
    }

    /// The file may be a copy from before the last lines that were read: it begins as the original did, and ends before those.
    func canHaveOlderCopy(_ file: ListedFile) -> Bool { self.head.isWhole && self.isNamedLike(file) }
}

extension Fingerprint {
    /// Half a window of equal bytes at the same place is no accident.
    var isDistinctive: Bool { self.length >= Self.window / 2 }

    /// There were as many bytes as are hashed.
    var isWhole: Bool { self.length == Self.window }
}
