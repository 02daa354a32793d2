/// What was seen in one look at the directories: each file once, whatever it is called.
struct FileSighting: Sendable {
    struct File: Sendable {
        var path: String
        /// A pattern matches the path.
        var isMatched: Bool
        /// One of these patterns was followed before.
        var isKnown: Bool
        var modified: Int64
        var size: Int
    }

    private(set) var files: [FileIdentity: File] = [:]
    /// What is not there is gone; false if names moved too fast to tell.
    var isSettled = true
    /// The directories in which files can appear.
    var directories: Set<String> = []

    /// Adds a path; of several of one file the first counts.
    mutating func add(_ path: String, _ status: FileStatus, isMatched: Bool, isKnown: Bool) {
        let file = File(
            path: path,
            isMatched: isMatched,
            isKnown: isKnown,
            modified: status.modified,
            size: status.size
        )
        self.files[status.identity, default: file].isKnown = self.files[status.identity]?.isKnown == true || isKnown
    }

    /// Both saw the same files under the same names.
    func agrees(with other: FileSighting) -> Bool {
        self.files.count == other.files.count
            && self.files.allSatisfy { other.files[$0.key]?.path == $0.value.path }
    }
}
