/// Why a run of bytes is not the JSON that was asked for.
///
/// Carries the place and never the bytes themselves, so that it can be logged.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: Sendable {
        /// A byte that the grammar of RFC 8259 does not allow here.
        case unexpectedByte
        /// The text stops inside a value.
        case unexpectedEnd
        /// A backslash followed by something other than RFC 8259 section 7 lists, or half a surrogate pair.
        case invalidEscape
        /// Bytes inside a string that are not UTF-8.
        case invalidUTF8
        /// A number that is malformed or does not fit the type asked for.
        case invalidNumber
        /// A well-formed value of another kind than the one asked for.
        case unexpectedKind
        /// Nesting beyond ``JSONLimits/depth``.
        case tooDeep
        /// More members than ``JSONLimits/members``.
        case tooManyMembers
        /// A text longer than ``JSONLimits/bytes``.
        case tooLong
        /// Something follows the value.
        case trailingBytes
    }

    /// What is wrong.
    public var code: Code
    /// Where, in bytes from the start of the text.
    public var offset: Int

    /// Describes one fault.
    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    /// One phrase, fit for a log line or the `data` of an error answer.
    public var description: String { "\(self.reason) at byte \(self.offset)" }

    private var reason: String {
        switch self.code {
        case .unexpectedByte: "unexpected byte"
        case .unexpectedEnd: "text ends inside a value"
        case .invalidEscape: "invalid escape in a string"
        case .invalidUTF8: "string is not UTF-8"
        case .invalidNumber: "invalid number"
        case .unexpectedKind: "value of another type"
        case .tooDeep: "nested too deeply"
        case .tooManyMembers: "too many members"
        case .tooLong: "text too long"
        case .trailingBytes: "something follows the value"
        }
    }
}
