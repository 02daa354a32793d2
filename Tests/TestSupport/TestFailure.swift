/// Something a test needs did not work.
public struct TestFailure: Error, CustomStringConvertible {
    /// What it was.
    public var description: String

    /// Creates a failure.
    public init(_ description: String) { self.description = description }
}
