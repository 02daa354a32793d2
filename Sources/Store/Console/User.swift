/// What a person or a key may do.
public enum Role: UInt8, Sendable, CaseIterable, Comparable {
    /// Sees everything but secrets, changes nothing.
    case readonly = 0
    /// Sees and changes everything.
    case admin = 1

    public static func < (one: Role, other: Role) -> Bool { one.rawValue < other.rawValue }
}

/// Somebody who signs in.
public struct User: Hashable, Sendable, Identifiable {
    public typealias ID = Int64

    public var id: ID
    /// Unique, letters of either case being the same.
    public var name: String
    public var role: Role
    /// A password hash, in a form the store does not look into; empty when there is no password.
    public var passwordHash: String
    public var note: String
    /// `ja`, `en`, or empty for what the browser asks for.
    public var language: String
    /// `light`, `dark`, or empty for what the system says.
    public var theme: String
    /// Sees only hosts and events of these host groups; everything when empty.
    public var hostGroups: [String]
    public var created: Timestamp

    /// Describes a person who is not stored yet.
    public init(
        id: ID = 0,
        name: String,
        role: Role,
        passwordHash: String = "",
        note: String = "",
        language: String = "",
        theme: String = "",
        hostGroups: [String] = [],
        created: Timestamp
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.passwordHash = passwordHash
        self.note = note
        self.language = language
        self.theme = theme
        self.hostGroups = hostGroups
        self.created = created
    }
}
