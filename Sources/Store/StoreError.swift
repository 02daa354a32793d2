/// Why the store could not do what it was asked for.
///
/// Two errors are equal when their codes are.
public struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Kind { case unavailable, newer, refused, notFound, damaged }
        private let kind: Kind

        /// The database could not be opened, read or written: disk full, permissions, I/O errors, a lock that never went away.
        public static let unavailable = Code(kind: .unavailable)
        /// The database was written by a newer version of the program.
        public static let newer = Code(kind: .newer)
        /// What was asked for contradicts what is stored, such as a nickname that is already taken.
        public static let refused = Code(kind: .refused)
        /// There is nothing with that id.
        public static let notFound = Code(kind: .notFound)
        /// The database failed its consistency check.
        public static let damaged = Code(kind: .damaged)
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being done, in a few words.
    public let stage: String
    /// Why it failed and what to do, without any stored data in it.
    public let reason: String

    /// Makes an error from its parts.
    public init(_ code: Code, stage: String, reason: String) {
        self.code = code
        self.stage = stage
        self.reason = reason
    }

    public var description: String { "store: \(self.stage): \(self.reason)" }

    public static func == (one: StoreError, other: StoreError) -> Bool { one.code == other.code }
}
