/// How to sign in to a broker.
public struct Authentication: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    enum Mechanism: Hashable {
        case plain(user: String, password: String)
        case external
    }

    let mechanism: Mechanism

    /// With a user name and a password (SASL PLAIN, RFC 4616).
    public static func plain(user: String, password: String) -> Self {
        Self(mechanism: .plain(user: user, password: password))
    }

    /// By the client certificate (SASL EXTERNAL): the broker takes the user from it.
    public static let external = Self(mechanism: .external)

    /// The mechanism and the user, never the password.
    public var description: String {
        switch self.mechanism {
        case .plain(let user, _): "plain as \(user)"
        case .external: "external"
        }
    }

    /// The same as ``description``, so that a password is not dumped by accident.
    public var debugDescription: String { self.description }
}

extension Authentication: CustomReflectable {
    /// Hides the password from `dump` and from string interpolation of enclosing values.
    public var customMirror: Mirror { Mirror(self, children: ["mechanism": self.description]) }
}
