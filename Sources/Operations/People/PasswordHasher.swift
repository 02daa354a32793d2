internal import COpenSSL
internal import Synchronization

/// Makes and checks password hashes by scrypt (RFC 7914).
///
/// An actor, because one hash takes 32 MiB and about a tenth of a second: however many people sign in, one is made at a time.
/// Its work runs on a thread of its own kind of cost, never longer than that tenth. Whoever comes while sixteen wait is asked to
/// come again, so that nobody waits for more than a few seconds.
public actor PasswordHasher {
    /// Why a password is neither hashed nor checked now; it may be in a few seconds.
    public enum Unavailable: Error, Sendable, CustomStringConvertible {
        /// Many wait already.
        case crowded
        /// There is no memory for it.
        case outOfMemory

        /// What it is, in a sentence.
        public var description: String {
            switch self {
            case .crowded: "Many passwords are being checked at the moment."
            case .outOfMemory: "There is no memory to check passwords at the moment."
            }
        }
    }

    private static let cost: UInt64 = 32_768
    private static let blockSize: UInt64 = 8
    private static let memory: UInt64 = 64 << 20
    /// How many may be here, the one whose hash is made included.
    public static let most = 16

    private nonisolated let present = Mutex(0)
    /// A hash nobody's password has, so that an unknown name takes as long as a wrong password.
    private var decoy: String?

    /// Makes a hasher with nobody waiting.
    public init() {}

    /// The hash to keep, with its parameters and a new salt: `scrypt$N$r$salt$hash`.
    ///
    /// - Throws: Why it cannot be made now.
    public nonisolated func hash(_ password: String) async throws(Unavailable) -> String {
        try self.enter()
        defer { self.leave() }
        return try await self.make(password)
    }

    /// Whether a password belongs to a hash; nil or an empty hash belongs to none.
    ///
    /// - Throws: Why it cannot be found out now.
    public nonisolated func verify(_ password: String, against stored: String?) async throws(Unavailable) -> Bool {
        try self.enter()
        defer { self.leave() }
        return try await self.check(password, against: stored)
    }

    /// Takes a place in the queue before anything is waited for, so that no crowd finds the queue as it was before the crowd.
    private nonisolated func enter() throws(Unavailable) {
        let isFull = self.present.withLock { present in
            guard present < Self.most else { return true }
            present += 1
            return false
        }
        guard !isFull else { throw .crowded }
    }

    private nonisolated func leave() { self.present.withLock { $0 -= 1 } }

    private func make(_ password: String) throws(Unavailable) -> String {
        try Self.hash(password, salt: String(Secret.token().prefix(22)), cost: Self.cost)
    }

    private func check(_ password: String, against stored: String?) throws(Unavailable) -> Bool {
        let known = stored.flatMap { $0.isEmpty ? nil : $0 }
        let expected: String
        if let known { expected = known } else { expected = try self.decoyHash() }
        let parts = expected.split(separator: "$")
        guard parts.count == 5, parts[0] == "scrypt", let cost = UInt64(parts[1]), cost <= 1 << 17 else { return false }
        let computed = try Self.hash(password, salt: String(parts[3]), cost: cost)
        return Secret.equal(computed.utf8, expected.utf8) && known != nil
    }

    private func decoyHash() throws(Unavailable) -> String {
        if let decoy { return decoy }
        let decoy = try Self.hash(Secret.token(), salt: Secret.token(), cost: Self.cost)
        self.decoy = decoy
        return decoy
    }

    private static func hash(_ password: String, salt: String, cost: UInt64) throws(Unavailable) -> String {
        var key = [UInt8](repeating: 0, count: 32)
        let secret = password.utf8.map { CChar(bitPattern: $0) }
        let saltBytes = Array(salt.utf8)
        let status = EVP_PBE_scrypt(
            secret,
            secret.count,
            saltBytes,
            saltBytes.count,
            cost,
            self.blockSize,
            1,
            self.memory,
            &key,
            key.count
        )
        guard status == 1 else { throw .outOfMemory }
        return "scrypt$\(cost)$\(self.blockSize)$\(salt)$\(Secret.base64URL(key))"
    }
}
