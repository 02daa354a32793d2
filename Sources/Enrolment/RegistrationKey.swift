/// What lets nodes enrol: how many, until when, under which names.
///
/// The secret itself is shown once and kept nowhere; ``digest`` tells whether somebody has it.
public struct RegistrationKey: Hashable, Sendable {
    /// Names the key in lists and records; eight hexadecimal digits, no secret.
    public let id: String
    /// SHA-256 of the whole key in hexadecimal.
    ///
    /// The key has 256 random bits, so that guessing it needs no slowing down.
    public let digest: String
    /// What the operator wants to remember.
    public var note: String
    /// How many nodes may enrol.
    public var limit: Int
    /// The last second of use, since 1970.
    public var expires: Int
    /// The names that may be certified; one of them must cover each.
    public var names: [NameGlob]
    /// What the certificates are for: `client`, `server` or `peer`.
    public var profile: String
    /// How long the certificates are good for, as in `90d`; nil for the profile's usual time.
    public var lifetime: String?
    /// When it was made, in seconds since 1970.
    public var created: Int

    /// Describes a key.
    public init(
        id: String,
        digest: String,
        note: String = "",
        limit: Int = 1,
        expires: Int,
        names: [NameGlob],
        profile: String = "client",
        lifetime: String? = nil,
        created: Int
    ) {
        self.id = id
        self.digest = digest
        self.note = note
        self.limit = limit
        self.expires = expires
        self.names = names
        self.profile = profile
        self.lifetime = lifetime
        self.created = created
    }

    /// The part before the hyphen of a key as nodes present it; nil when it cannot be one of ours.
    public static func id(of presented: String) -> String? {
        guard presented.utf8.count <= 128, let hyphen = presented.firstIndex(of: "-") else { return nil }
        let id = String(presented[..<hyphen])
        return id.utf8.count == 8 && id.utf8.allSatisfy({ $0.isLowerHexadecimal }) ? id : nil
    }

    /// Whether the key may be used at that time by one more node, when so many have enrolled with it.
    public func state(used: Int, now: Int) -> State {
        if now > self.expires { return .expired }
        return used < self.limit ? .usable : .usedUp
    }

    /// What can be said about a key at a time.
    public enum State: String, Sendable {
        case usable, expired
        case usedUp = "used-up"
    }

    /// Whom the key does not let in, and why; nil when it lets them all in.
    ///
    /// Each name must be covered by a pattern. A common name that is none of the names, because those are longer than its 64
    /// characters, must be the first label of one. Wildcards are never certified by a key: one node would speak for many.
    public func refusal(commonName: String, names: [String]) -> String? {
        for name in names {
            if name.contains("*") { return "\(name) stands for more than one host" }
            guard self.names.contains(where: { $0.matches(name) }) else { return "\(name) is none of the key's names" }
        }
        let own = commonName.lowercased()
        let isNamed = names.contains { name in
            let name = name.lowercased()
            guard name != "dns:" + own, name != "ip:" + own else { return true }
            return name.utf8.count > 64 + 4 && name.hasPrefix("dns:\(own).")
        }
        return isNamed ? nil : "the common name \(commonName) is none of the names asked for"
    }
}

extension UInt8 {
    var isLowerHexadecimal: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}
