public import JSONRPC

/// Params or a result that do not fit their procedure, with every problem of every element.
public struct InvalidParams: Error, Hashable, Sendable, CustomStringConvertible {
    /// One phrase each, led by the place, as in `events[3].hostId: missing`.
    ///
    /// At most ``mostProblems`` and a last entry that counts the rest.
    public var problems: [String]

    /// The most problems that are spelled out.
    public static let mostProblems = 100

    /// Lists problems.
    public init(problems: [String]) { self.problems = problems }

    /// The error to answer with, -32602.
    public var errorObject: ErrorObject { .invalidParams(self.problems) }

    /// The problems in one line.
    public var description: String { "invalid params: \(self.problems.joined(separator: "; "))" }
}

/// What was read, and what had to be put up with on the way.
public struct Decoded<Value: Sendable>: Sendable {
    /// What was read.
    public var value: Value
    /// Deviations that were accepted, in the form of ``InvalidParams/problems``; fit for a warning in the log.
    public var notes: [String]
}
