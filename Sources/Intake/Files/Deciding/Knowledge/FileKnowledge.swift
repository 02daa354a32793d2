/// What ``FileFamily`` knows from one decision to the next.
struct FileKnowledge: Sendable {
    /// The files that are there, and those that were there when the last run ended.
    var files = FileTable()
    /// Which file waits until another one was read.
    var order = ReadingOrder()
    /// How far files were read that are over, or were truncated.
    var finished = FinishedPositions()
    /// Which files wait for a decision.
    var delays = Delays()
    /// Files of the last run whose paths are not followed any more.
    ///
    /// Their positions stay as they are, for a run that follows the paths again.
    let unwanted: Set<FileIdentity>
}

extension FileKnowledge {
    /// Knows nothing but the positions that the last run stored.
    init(stored: [FilePosition], unwanted: Set<FileIdentity>) {
        self.init(unwanted: unwanted)
        for position in stored {
            let file = ListedFile(
                path: position.path,
                target: position.target,
                identity: position.identity,
                size: 0,
                modified: position.modified,
                isMatched: false
            )
            self.files.insert(file, tag: position.path, state: .stored(position), at: .now)
        }
    }
}
