/// Which passwords are taken, and how they are kept.
public struct Passwords: Sendable {
    /// Which are accepted.
    public let policy: PasswordPolicy
    /// Hashes and checks them.
    public let hasher: PasswordHasher

    /// Puts both together.
    public init(policy: PasswordPolicy = PasswordPolicy(), hasher: PasswordHasher = PasswordHasher()) {
        self.policy = policy
        self.hasher = hasher
    }

    /// The hash of a person's new password.
    ///
    /// - Throws: A ``Refusal`` that says which rule it breaks, or why it cannot be hashed now.
    public func hash(_ password: String, for userName: String) async throws -> String {
        if let rule = self.policy.rule(brokenBy: password, userName: userName) { throw Refusal("password", rule) }
        return try await self.hasher.hash(password)
    }
}
