/// A setting that cannot be used: where it was made, and what is wrong with it.
public struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where the setting was made: an option, a variable, or a line of a file.
    public var place: String
    /// What is wrong with it, never holding a secret.
    public var reason: String
    /// Whether it was made on the command line, which is wrong usage (exit status 64) and not a failure.
    public var isUsage: Bool

    /// Describes an error.
    public init(place: String, reason: String, isUsage: Bool = false) {
        self.place = place
        self.reason = reason
        self.isUsage = isUsage
    }

    /// One line, the place first.
    public var description: String { "\(self.place): \(self.reason)" }
}
