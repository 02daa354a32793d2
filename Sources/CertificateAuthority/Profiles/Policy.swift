/// Which names may be signed without asking, and for how long; read from `policy.conf`.
///
/// One rule on a line: `allow PROFILE NAME…`, `deny PROFILE NAME…`, `max-lifetime PROFILE LIFETIME`. PROFILE is `any` or one of
/// the profiles. NAME is `DNS:node1.example.com`, `DNS:*.example.com` (any depth below), `IP:10.0.0.0/8`, `URI:prefix*` or
/// `email:*@example.com`. What is denied is never signed from a request. Lines that begin with `#` are comments.
public struct Policy: Sendable {
    private struct Rule: Sendable {
        let profile: Profile?
        let pattern: NamePattern

        func applies(to name: SubjectAlternativeName, for profile: Profile) -> Bool {
            (self.profile == nil || self.profile == profile) && self.pattern.matches(name)
        }

        /// Whether the name is a wildcard that stands for a host of this rule.
        func isCovered(by name: SubjectAlternativeName, for profile: Profile) -> Bool {
            (self.profile == nil || self.profile == profile) && self.pattern.isCovered(by: name)
        }
    }
    private var allowed: [Rule] = []
    private var denied: [Rule] = []
    private var lifetimes: [(profile: Profile?, lifetime: Lifetime)] = []

    /// No rules: a request gets its own common name only.
    public init() {}

    /// Reads a file of rules, of 1 MiB at most; a missing one holds none.
    public init(file: String) throws {
        try self.init(bytes: FileSystem.readIfThere(file, limit: 1 << 20) ?? [], from: file)
    }

    /// Reads rules.
    ///
    /// - Parameters:
    ///   - bytes: the text, in UTF-8.
    ///   - source: what a message calls it.
    /// - Throws: `AuthorityError` of code `input` that names the first line which is no rule.
    public init(bytes: [UInt8], from source: String) throws {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let verb = words.first, !verb.hasPrefix("#") else { continue }
            try self.add(verb, Array(words.dropFirst()), "reading line \(number + 1) of \(source)")
        }
    }

    private mutating func add(_ verb: String, _ words: [String], _ step: String) throws {
        guard words.count >= 2, words[0] == "any" || Profile(rawValue: words[0]) != nil else {
            throw AuthorityError(.input, step, "a rule is a verb, a profile or 'any', and what it allows")
        }
        let profile = Profile(rawValue: words[0])
        let patterns = words.dropFirst()
        switch verb {
        case "allow": self.allowed += try patterns.map { Rule(profile: profile, pattern: try NamePattern($0, step)) }
        case "deny": self.denied += try patterns.map { Rule(profile: profile, pattern: try NamePattern($0, step)) }
        case "max-lifetime":
            guard let lifetime = Lifetime(words[1]), words.count == 2 else {
                throw AuthorityError(.input, step, "'\(words[1].sanitized)' is no lifetime", advice: "write 90d or 36h")
            }
            self.lifetimes.append((profile, lifetime))
        default:
            throw AuthorityError(
                .input,
                step,
                "'\(verb.sanitized)' is not known",
                advice: "use allow, deny or max-lifetime"
            )
        }
    }

    /// Whether a request gets this name without the operator saying so.
    public func allows(_ name: SubjectAlternativeName, for profile: Profile) -> Bool {
        self.allowed.contains { $0.applies(to: name, for: profile) }
    }

    /// Whether a request never gets this name.
    public func denies(_ name: SubjectAlternativeName, for profile: Profile) -> Bool {
        self.denied.contains { $0.applies(to: name, for: profile) || $0.isCovered(by: name, for: profile) }
    }

    /// The longest time that a certificate may be good for.
    public func longestLifetime(_ profile: Profile) -> Lifetime? {
        self.lifetimes.filter { $0.profile == nil || $0.profile == profile }.map(\.lifetime).min {
            $0.seconds < $1.seconds
        }
    }
}

/// A part of the name space, as a rule of the policy writes it.
struct NamePattern: Sendable {
    private let type: String
    private let value: String

    init(_ text: String, _ step: String) throws {
        guard let colon = text.firstIndex(of: ":") else {
            throw AuthorityError(
                .input,
                step,
                "'\(text.sanitized)' has no type",
                advice: "write DNS:, IP:, URI: or email: before it"
            )
        }
        self.type = text[..<colon].lowercased()
        self.value = String(text[text.index(after: colon)...]).lowercased()
        guard ["dns", "ip", "uri", "email"].contains(self.type) else {
            throw AuthorityError(.input, step, "the type of '\(text.sanitized)' is not known")
        }
        if self.type == "ip", Self.network(self.value) == nil {
            throw AuthorityError(.input, step, "'\(text.sanitized)' is no address or network")
        }
    }

    func matches(_ name: SubjectAlternativeName) -> Bool {
        switch name {
        case .dns(let name) where self.type == "dns":
            self.value.hasPrefix("*.")
                ? name.lowercased().hasSuffix(self.value.dropFirst()) : name.lowercased() == self.value
        case .address(let address) where self.type == "ip":
            Self.network(self.value).map { address.isIn($0.address, prefix: $0.prefix) } ?? false
        case .uri(let uri) where self.type == "uri":
            // Case matters in a path, but a policy that differs by case alone would be a trap.
            self.value.hasSuffix("*")
                ? uri.lowercased().hasPrefix(self.value.dropLast()) : uri.lowercased() == self.value
        case .email(let address) where self.type == "email":
            self.value.hasPrefix("*")
                ? address.lowercased().hasSuffix(self.value.dropFirst()) : address.lowercased() == self.value
        default: false
        }
    }

    /// Whether the name is a wildcard (RFC 6125 section 6.4.3: one label) that stands for the host of this pattern.
    func isCovered(by name: SubjectAlternativeName) -> Bool {
        guard self.type == "dns", case .dns(let name) = name, name.hasPrefix("*.") else { return false }
        guard let dot = self.value.firstIndex(of: "."), !self.value.hasPrefix("*.") else { return false }
        return name.dropFirst().lowercased() == self.value[dot...]
    }

    private static func network(_ text: String) -> (address: IPAddress, prefix: Int)? {
        let parts = text.split(separator: "/").map(String.init)
        guard let address = parts.first.flatMap(IPAddress.init), parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return (address, address.bytes.count * 8) }
        guard let prefix = Int(parts[1]), (0...address.bytes.count * 8).contains(prefix) else { return nil }
        return (address, prefix)
    }
}
