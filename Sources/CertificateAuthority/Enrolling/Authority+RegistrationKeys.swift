public import Enrolment

/// A registration key with what has become of it.
public struct RegistrationKeyEntry: Sendable {
    /// The key.
    public let key: RegistrationKey
    /// How many nodes have enrolled with it; renewals do not count, revoked certificates do.
    public let used: Int
    /// Whether one more may.
    public let state: RegistrationKey.State
}

/// What a new registration key allows.
public struct NewRegistrationKey {
    /// The names that may be certified.
    public var names: [NameGlob]
    /// How many nodes may enrol, 1 to 100,000.
    public var limit = 1
    /// How long it can be used.
    public var expiry = Lifetime.days(7)
    /// What the certificates are for: client, server or peer.
    public var profile = Profile.client
    /// How long the certificates are good for; nil for the profile's usual time.
    public var lifetime: Lifetime?
    /// What the operator wants to remember.
    public var note = ""

    /// A key for one node within a week.
    public init(names: [NameGlob]) { self.names = names }
}

extension Authority {
    private var registrationKeyFile: RegistrationKeyFile { RegistrationKeyFile(path: self.layout.registrationKeys) }

    /// All registration keys, oldest first, with their use.
    public func registrationKeys() throws -> [RegistrationKeyEntry] {
        let keys = try self.registrationKeyFile.read()
        guard !keys.isEmpty else { return [] }
        let uses = Self.uses(try self.details())
        let now = self.clock().seconds
        return keys.map { key in
            let used = uses[key.id] ?? 0
            return RegistrationKeyEntry(key: key, used: used, state: key.state(used: used, now: now))
        }
    }

    /// Makes a registration key.
    ///
    /// The text is what nodes present; it is kept nowhere and cannot be shown again.
    public func addRegistrationKey(_ new: NewRegistrationKey) throws -> (key: RegistrationKey, text: String) {
        let step = "adding a registration key"
        guard (1...100_000).contains(new.limit), !new.names.isEmpty, new.note.utf8.count <= 200 else {
            throw AuthorityError(
                .input,
                step,
                "it needs names, a limit of 1 to 100000, and a note of 200 bytes at most"
            )
        }
        let session = try self.session()
        var keys = try self.registrationKeyFile.read()
        guard keys.count < RegistrationKeyFile.capacity else {
            throw AuthorityError(
                .refused,
                step,
                "there are \(keys.count) already",
                advice: "'hatohol-ca key remove --unusable' removes those of no more use"
            )
        }
        var id = try randomBytes(4).hexadecimal
        let known = Set(keys.map(\.id)).union(Self.uses(try session.allDetails()).keys)
        while known.contains(id) { id = try randomBytes(4).hexadecimal }
        let text = "\(id)-\(try randomBytes(32).hexadecimal)"
        let now = self.clock()
        let key = RegistrationKey(
            id: id,
            digest: Array(text.utf8).sha256.hexadecimal,
            note: new.note,
            limit: new.limit,
            expires: (now + new.expiry.seconds).seconds,
            names: new.names,
            profile: new.profile.rawValue,
            lifetime: new.lifetime?.description,
            created: now.seconds
        )
        keys.append(key)
        try self.registrationKeyFile.write(keys)
        try session.note(
            "key-add",
            [
                ("registration-key", id), ("limit", "\(key.limit)"), ("profile", key.profile),
                ("names", key.names.map(\.description).joined(separator: ",")),
                ("expires", "\(Timestamp(seconds: key.expires))"), ("note", key.note),
            ]
        )
        return (key, text)
    }

    /// Removes registration keys; whoever enrolled with them stays certified.
    ///
    /// - Returns: the keys that were removed.
    /// - Throws: `AuthorityError` when one is not there.
    public func removeRegistrationKeys(_ ids: Set<String>) throws -> [RegistrationKey] {
        let session = try self.session()
        let removed = try self.findRegistrationKeys(ids)
        guard !removed.isEmpty else { return [] }
        try self.registrationKeyFile.write(self.registrationKeyFile.read().filter { !ids.contains($0.id) })
        for key in removed { try session.note("key-remove", [("registration-key", key.id)]) }
        return removed
    }

    /// The registration keys of these names.
    ///
    /// - Throws: `AuthorityError` when one is not there.
    public func findRegistrationKeys(_ ids: Set<String>) throws -> [RegistrationKey] {
        let keys = try self.registrationKeyFile.read()
        if let missing = ids.subtracting(keys.map(\.id)).sorted().first {
            throw AuthorityError(
                .missing,
                "finding the registration key '\(missing.sanitized)'",
                "there is none of that name",
                advice: "'hatohol-ca key list' shows all"
            )
        }
        return keys.filter { ids.contains($0.id) }
    }

    /// The key that a node presents; nil when it is unknown, wrong or removed.
    func registrationKey(presented text: String) throws -> RegistrationKey? {
        guard let id = RegistrationKey.id(of: text) else { return nil }
        guard let key = try self.registrationKeyFile.read().first(where: { $0.id == id }) else { return nil }
        return Passphrase(Array(text.utf8).sha256.hexadecimal.utf8) == Passphrase(key.digest.utf8) ? key : nil
    }

    /// How many nodes have enrolled with each key.
    ///
    /// The records of certificates are the count: nothing else could disagree.
    static func uses(_ details: [SerialNumber: Details]) -> [String: Int] {
        var uses: [String: Int] = [:]
        for details in details.values where details.renewedFrom == nil {
            if let key = details.registrationKey { uses[key, default: 0] += 1 }
        }
        return uses
    }
}
