/// Why a source cannot work: what failed, at which step, and the system's reason.
///
/// Errors are equal when their codes are; the texts are for people.
public struct IntakeError: Error, Equatable, CustomStringConvertible, Sendable {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Kind: Hashable {
            case invalidConfiguration
            case invalidPattern
            case cannotRead
            case cannotListen
            case cannotLaunch
        }
        private var kind: Kind

        /// An option has a value that cannot work.
        public static var invalidConfiguration: Code { Code(kind: .invalidConfiguration) }
        /// A regular expression or a glob cannot be read.
        public static var invalidPattern: Code { Code(kind: .invalidPattern) }
        /// A file, pipe or socket cannot be read.
        public static var cannotRead: Code { Code(kind: .cannotRead) }
        /// A socket cannot be opened, bound or listened on.
        public static var cannotListen: Code { Code(kind: .cannotListen) }
        /// A child process cannot be started.
        public static var cannotLaunch: Code { Code(kind: .cannotLaunch) }
    }

    /// What kind of failure it is.
    public var code: Code

    /// What was being done, for example `start fluentd`.
    public var stage: String

    /// What went wrong and, where it helps, what to do.
    public var reason: String

    /// Makes an error.
    public init(_ code: Code, stage: String, reason: String) {
        self.code = code
        self.stage = stage
        self.reason = reason
    }

    /// One line: the step and the reason.
    public var description: String { "\(self.stage): \(self.reason)" }

    /// Errors are equal when their codes are.
    public static func == (left: IntakeError, right: IntakeError) -> Bool { left.code == right.code }
}
