/// The files in the directories of a decision that can be what became of another file: nobody knows them, or nothing was read of them.
///
/// A directory is gathered once in a decision, as it is when it is wanted first: ten thousand files may have as many neighbours each.
/// Some of its files may be known by the time they are looked at.
struct Neighbourhood: Sendable {
    private var gathered: [String: [ListedFile]] = [:]

    /// The files in a directory, by path.
    mutating func loose(in directory: String, beside known: FileTable, _ inquiry: inout Inquiry) -> [ListedFile] {
        if let files = self.gathered[directory] { return files }
        let files = inquiry.neighbours(in: directory).filter { file in
            // A name with a dot in front is that of a file in the making.
            guard !file.isHidden else { return false }
            return known[file.identity].map { $0.isCopy || $0.state == .undecided } ?? true
        }
        self.gathered[directory] = files
        return files
    }
}
