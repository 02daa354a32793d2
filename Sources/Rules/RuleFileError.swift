/// What is wrong with a rule file; all of it, each with its line.
public struct RuleFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One mistake.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// The line, from 1.
        public var line: Int
        /// What is wrong and, where it helps, what to write.
        public var reason: String

        /// One line.
        public var description: String { "line \(self.line): \(self.reason)" }
    }

    /// The mistakes in the order of the file; never empty.
    public var problems: [Problem]

    /// One line for each mistake.
    public var description: String { self.problems.map(\.description).joined(separator: "\n") }
}
