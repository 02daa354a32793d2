public import Store

/// What somebody wants to be different about a person; `nil` leaves a part as it is.
///
/// Only what is given is checked, so that a person from a time with other rules can be changed.
public struct UserChange: Sendable {
    /// 1 to 64 letters, digits and `._-@`.
    public var name: String?
    /// What the person may do.
    public var role: Role?
    /// At most 255 characters, for administrators to read.
    public var note: String?
    /// The host groups that the person sees, at most 100 of at most 4096 characters; none of them means everything.
    public var hostGroups: [String]?
    /// A new password, as the ``PasswordPolicy`` demands; an empty one is no change.
    public var password: String?

    /// Changes nothing yet.
    public init() {}

    /// Checks what is given but for the password, for a person who has this name so far.
    ///
    /// - Throws: The rule that is broken.
    public func check(of known: String? = nil) throws(Refusal) {
        if let name, name != known, !Self.isName(name) { throw Refusal("name", .badUserName) }
        if let note, note.unicodeScalars.count > 255 { throw Refusal("note", "at most 255 characters are allowed") }
        if let hostGroups {
            guard hostGroups.count <= 100 else { throw Refusal("hostGroups", "at most 100 are allowed") }
            guard hostGroups.allSatisfy({ $0.unicodeScalars.count <= 4096 }) else {
                throw Refusal("hostGroups", "at most 4096 characters are allowed in each")
            }
        }
    }

    /// Counts scalars: any number of marks can stand on a letter.
    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.unicodeScalars.count)
            && text.allSatisfy { $0.isLetter || $0.isNumber || "._-@".contains($0) }
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .format }
    }

    /// Makes the change, with the hash of the new password.
    func apply(to user: inout User, passwordHash: String?) {
        if let name { user.name = name }
        if let role { user.role = role }
        if let note { user.note = note }
        if let hostGroups { user.hostGroups = hostGroups }
        if let passwordHash { user.passwordHash = passwordHash }
    }
}
