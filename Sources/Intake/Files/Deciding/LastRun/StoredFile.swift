/// A file that has the inode of one that the last run knew, and how far that one was read.
///
/// Inodes are used again: whether it is the same file is told by its name and by what it holds.
struct StoredFile {
    private let position: FilePosition
    private let file: ListedFile

    init(_ position: FilePosition, _ file: ListedFile) {
        self.position = position
        self.file = file
    }

    /// Goes on with the file, if it is still the same one; `nil` if that is not known yet.
    func resume(in decision: inout FileDecision) -> FileAnswer.Possession? {
        let (position, file) = (self.position, self.file)
        guard self.canBeSame else { return .notHeld }
        if position.kind == .plain, position.offset == 0 {
            // Nothing was read: it is as good as new, and may have become a copy.
            decision.takeAsNew(file.identity, foundAs: position.path)
            return .held
        }
        guard let possession = decision.inquiry.possession(of: position, in: file) else { return nil }
        guard possession == .held else { return possession }
        if position.kind == .done {
            guard file.size == position.offset else { return .notHeld }
            decision.files.setState(.finished(size: file.size), of: file.identity)
            return .held
        }
        if position.kind == .plain, self.hasTwin(in: &decision) { return .notHeld }
        decision.resume(file, from: position)
        return .held
    }

    /// The kind and the name fit.
    private var canBeSame: Bool {
        let (position, file) = (self.position, self.file)
        if position.kind != .done, file.isCompressed != (position.kind == .compressed) { return false }
        // Few bytes, or none, may be those of any file that has the inode now.
        return file.isMatched || file.path == position.target || position.fingerprint.isDistinctive
            || position.isNamedLike(file)
    }

    /// Truncated and written anew with the same first lines, a file looks as if it had only grown.
    ///
    /// The copy that was made of it tells: it holds what was read as well, and goes on with other lines.
    private func hasTwin(in decision: inout FileDecision) -> Bool {
        // It stays under its name; what was rotated by renaming does not.
        guard self.file.path == self.position.path else { return false }
        return decision.looseNeighbours(of: self.position).contains { other in self.isTwin(other, in: &decision) }
    }

    private func isTwin(_ other: ListedFile, in decision: inout FileDecision) -> Bool {
        other.identity != self.file.identity && decision.files[other.identity] == nil
            && (other.isCompressed || other.size > self.position.offset) && other.modified >= self.position.modified
            && self.position.isNamedLike(other) && !self.isCopyOfOther(other, in: &decision)
            && decision.inquiry.possession(of: self.position, in: other) == .held
            && decision.inquiry.comparison(of: other, with: self.file) == .different
    }

    /// The neighbour holds what a third file holds that is known.
    private func isCopyOfOther(_ other: ListedFile, in decision: inout FileDecision) -> Bool {
        decision.files.namesakes(of: other, except: self.file.identity).contains { original in
            decision.inquiry.comparison(of: other, with: original)?.isContained == true
        }
    }
}
