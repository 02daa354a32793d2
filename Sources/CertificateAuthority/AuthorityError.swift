internal import Escaping

/// Why something with keys, certificates or the authority's directory did not work.
///
/// Match on ``code``; the text is for the person at the terminal.
public struct AuthorityError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure this is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case input, missing, exists, damaged, busy, passphrase, refused, filesystem, incomplete, network, library
        }
        private let base: Base

        /// What was given is not what was asked for: not a request, not a host name, not a date.
        public static let input = Self(base: .input)
        /// A file, a serial number or a name is not there.
        public static let missing = Self(base: .missing)
        /// Something is there already and is not replaced unasked.
        public static let exists = Self(base: .exists)
        /// The authority's directory contradicts itself.
        public static let damaged = Self(base: .damaged)
        /// Another process holds the directory.
        public static let busy = Self(base: .busy)
        /// The passphrase is wrong or was not given.
        public static let passphrase = Self(base: .passphrase)
        /// Policy or good practice forbids it.
        public static let refused = Self(base: .refused)
        /// The operating system refused: permissions, a full disk.
        public static let filesystem = Self(base: .filesystem)
        /// The operating system refused in the middle: the change is on record, and the next one completes it.
        public static let incomplete = Self(base: .incomplete)
        /// A peer could not be reached or spoke otherwise than expected.
        public static let network = Self(base: .network)
        /// OpenSSL failed for a reason without a code of its own.
        public static let library = Self(base: .library)

        /// The name of the code.
        public var description: String { self.base.rawValue }
    }

    /// What kind of failure this is.
    public let code: Code
    /// What was being done, as in `reading the request req.pem`.
    public let step: String
    /// Why it failed.
    public let reason: String
    /// What the operator can do about it.
    public let advice: String?

    /// Describes a failure.
    public init(_ code: Code, _ step: String, _ reason: String, advice: String? = nil) {
        self.code = code
        self.step = step
        self.reason = reason
        self.advice = advice
    }

    /// One line: what failed, why, and what to do.
    public var description: String {
        let text = "\(self.step) failed: \(self.reason)" + (self.advice.map { "; \($0)" } ?? "")
        return text.escaped(for: .terminalLine)
    }
}
