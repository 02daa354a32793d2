/// The file of users and passwords for the Forward protocol.
///
/// One `NAME:PASSWORD` a line; the password is all that follows the first colon. Empty lines, and those that begin with `#`, count
/// for nothing.
public enum ForwardUsers {
    /// Reads the content of such a file.
    ///
    /// - Parameters:
    ///   - text: The content.
    ///   - path: The name of the file, for errors.
    /// - Returns: Passwords by name, at least one.
    /// - Throws: ``IntakeError`` that names the line, and never what it holds.
    public static func read(_ text: String, path: String) throws(IntakeError) -> [String: String] {
        var users: [String: String] = [:]
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else {
                throw self.failure("\(path) line \(number)", "write NAME:PASSWORD")
            }
            guard users.updateValue(String(line[line.index(after: colon)...]), forKey: String(line[..<colon])) == nil
            else { throw self.failure("\(path) line \(number)", "this user has a password already") }
        }
        guard !users.isEmpty else { throw self.failure(path, "it names no user") }
        return users
    }

    private static func failure(_ place: String, _ reason: String) -> IntakeError {
        IntakeError(.invalidConfiguration, stage: "read the Forward users in \(place)", reason: reason)
    }
}
