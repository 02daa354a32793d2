/// What was set, by name; a name is that of the long option without its dashes.
///
/// Command line, environment and file each make one of these; laid over each other they give the settings of the
/// program. A value is checked when it is asked for, so that a mistake is reported with the place where it was made.
public struct Settings: Hashable, Sendable {
    private var settings: [String: Setting] = [:]

    /// Starts with nothing set.
    public init() {}

    /// Sets a value; an empty list of values sets nothing.
    public mutating func set(_ name: String, to values: [String], origin: Setting.Origin) {
        if !values.isEmpty { self.settings[name] = Setting(values: values, origin: origin) }
    }

    /// Removes a value.
    public mutating func remove(_ name: String) { self.settings[name] = nil }

    /// These settings, with those of another layer where it has some.
    public func overridden(by other: Self) -> Self {
        var result = self
        result.settings.merge(other.settings) { _, winner in winner }
        return result
    }

    /// The names that are set, sorted.
    public var names: [String] { self.settings.keys.sorted() }

    /// What was set under a name, and where.
    public subscript(_ name: String) -> Setting? { self.settings[name] }

    /// The last value given, or `nil` if none or an empty one was.
    public func text(_ name: String) -> String? {
        guard let value = self.settings[name]?.values.last, !value.isEmpty else { return nil }
        return value
    }

    /// All values given, without empty ones.
    public func list(_ name: String) -> [String] { self.settings[name]?.values.filter { !$0.isEmpty } ?? [] }

    /// Whether a flag is set: `True` as the original programs want it, or `true`, `yes`, `on`, `1`.
    public func flag(_ name: String) throws(SettingsError) -> Bool {
        guard let text = self.text(name) else { return false }
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw self.error(name, "'\(text)' is neither True nor False")
        }
    }

    /// A whole number within bounds.
    public func integer(_ name: String, in range: ClosedRange<Int>) throws(SettingsError) -> Int? {
        guard let text = self.text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw self.error(name, "'\(text)' is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One word of several.
    public func choice(_ name: String, of words: [String]) throws(SettingsError) -> String? {
        guard let text = self.text(name) else { return nil }
        guard words.contains(text) else {
            throw self.error(name, "'\(text)' is not one of \(words.joined(separator: ", "))")
        }
        return text
    }

    /// A size in bytes, such as `500MB`, `1GiB` or `1073741824`.
    public func size(_ name: String) throws(SettingsError) -> Int? {
        guard let text = self.text(name) else { return nil }
        guard let size = ByteSize(text) else {
            throw self.error(name, "'\(text)' is not a size such as 500MB, 1GiB or a number of bytes")
        }
        return size.bytes
    }

    /// An error about a setting, at the place where it was made.
    public func error(_ name: String, _ reason: String) -> SettingsError {
        let setting = self.settings[name]
        return SettingsError(
            place: setting?.place(name: name) ?? "--\(name)",
            reason: reason,
            isUsage: setting?.origin == .commandLine
        )
    }
}
