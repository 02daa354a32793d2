internal import Glibc

/// Why a spool cannot be opened or used: what failed, at which step, and the system's or SQLite's reason.
///
/// Errors are equal when their codes are; the texts are for people.
public struct SpoolError: Error, Equatable, CustomStringConvertible, Sendable {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Kind: Hashable {
            case inUse
            case cannotOpen
            case unwritable
            case busy
            case cannotRead
            case newerFormat
            case outOfOrder
            case closed
        }
        private var kind: Kind

        /// Another process has the directory; its process id is in the text.
        public static var inUse: Code { Code(kind: .inUse) }
        /// The directory or the file cannot be made, opened or written.
        public static var cannotOpen: Code { Code(kind: .cannotOpen) }
        /// The disk is full, read-only, out of inodes or failing: that may pass, so trying again makes sense.
        public static var unwritable: Code { Code(kind: .unwritable) }
        /// Another program has the file open, such as one that makes backups: that passes.
        public static var busy: Code { Code(kind: .busy) }
        /// Stored batches cannot be read back.
        public static var cannotRead: Code { Code(kind: .cannotRead) }
        /// The file was written by a later version of this program.
        public static var newerFormat: Code { Code(kind: .newerFormat) }
        /// A batch was appended with numbers that were already given out.
        public static var outOfOrder: Code { Code(kind: .outOfOrder) }
        /// The spool was closed.
        public static var closed: Code { Code(kind: .closed) }
    }

    /// What kind of failure it is.
    public var code: Code

    /// What was being done, for example `open the spool in /var/lib/hatohol`.
    public var stage: String

    /// What went wrong and, where it helps, what to do.
    public var reason: String

    init(_ code: Code, stage: String, reason: String) {
        self.code = code
        self.stage = stage
        self.reason = reason
    }

    /// An error of the system while the directory or the file is opened; some of them may pass.
    init(systemError code: CInt, stage: String, path: String) {
        let passing = [ENOSPC, EDQUOT, EROFS, EIO, EMFILE, ENFILE, ENOMEM]
        self.init(
            passing.contains(code) ? .unwritable : .cannotOpen,
            stage: stage,
            reason: "\(path): \(String(cString: strerror(code)))"
        )
    }

    /// One line: the step and the reason.
    public var description: String { "\(self.stage): \(self.reason)" }

    /// Errors are equal when their codes are.
    public static func == (left: SpoolError, right: SpoolError) -> Bool { left.code == right.code }
}
