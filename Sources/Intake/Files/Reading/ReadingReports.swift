internal import Glibc
internal import Logging

/// Tells the operator what is odd about files that are read: of each once.
struct ReadingReports {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// A writer without O_APPEND goes on at its old place after copytruncate: once for each truncation that is worth a line.
    func noteHole(_ followed: FollowedFile, _ bytes: Int) {
        guard followed.noteHole(bytes) else { return }
        self.logger.notice(
            "passed over NUL bytes in front of a line: a hole that a writer without O_APPEND leaves after a truncation",
            metadata: ["path": "\(RawPath.shown(followed.path))", "bytes": "\(bytes)"]
        )
    }

    /// A file could not be read, for this reason of the system's.
    func noteFailure(_ code: CInt, _ followed: FollowedFile) {
        guard followed.reportedError != code else { return }
        followed.reportedError = code
        self.logger.error(
            "file cannot be read, trying again",
            metadata: ["path": "\(RawPath.shown(followed.path))", "error": "\(String(cString: strerror(code)))"]
        )
    }

    /// A compressed file does not hold what it should.
    func giveUp(_ followed: FollowedFile, _ complaint: String) {
        self.logger.error(
            "compressed file is given up",
            metadata: ["path": "\(RawPath.shown(followed.path))", "reason": "\(complaint)"]
        )
    }
}
