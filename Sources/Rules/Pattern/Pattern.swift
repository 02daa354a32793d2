/// A regular expression that is matched in time proportional to the text, whatever the expression.
///
/// There is no backtracking: the expression becomes an automaton that reads each byte once, so nested quantifiers such as
/// `(a+)+` cost what any other expression costs. In exchange there are no back references and no look-around. The
/// syntax is that of Perl and Python otherwise: `.` `[a-z]` `[^a]` `\d \w \s \D \W \S \b \B`, `^` and `$` (start and end
/// of the text), groups, `|`, `*` `+` `?` `{n}` `{n,}` `{n,m}`, and `(?i)` in front. A `?` after a quantifier is allowed and
/// changes nothing. Text is UTF-8; classes and ignored case know ASCII alone, and `.` is one character, not one byte.
public struct Pattern: Hashable, Sendable {
    /// Why an expression cannot be used, and where in it the trouble is.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The offset in bytes.
        public var position: Int
        /// What is wrong.
        public var reason: String

        /// One line.
        public var description: String { "\(self.reason) at position \(self.position + 1)" }
    }

    /// The expression as it was written.
    public let source: String
    let program: PatternProgram

    /// Compiles an expression.
    ///
    /// - Parameters:
    ///   - source: The expression, at most 1000 bytes.
    ///   - ignoresCase: Whether letters match in either case, as with `(?i)` in front.
    /// - Throws: ``Failure`` for wrong or unsupported syntax, and for one that becomes too large.
    public init(_ source: String, ignoresCase: Bool = false) throws(Failure) {
        self.source = source
        var parser = PatternParser(source, ignoresCase: ignoresCase)
        self.program = try PatternProgram(parser.parse())
    }

    /// Patterns are equal when they are written alike and match alike.
    public static func == (left: Pattern, right: Pattern) -> Bool {
        left.source == right.source && left.program == right.program
    }

    /// Hashes the source.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.source)
    }
}
