internal import Enrolment

/// The file of registration keys: one line for each, written whole under the directory's lock.
struct RegistrationKeyFile {
    /// The most keys there can be.
    static let capacity = 10_000

    let path: String

    func read() throws -> [RegistrationKey] {
        guard let bytes = try FileSystem.readIfThere(self.path) else { return [] }
        return try String(decoding: bytes, as: UTF8.self).split(separator: "\n").enumerated().map { number, line in
            guard let key = RegistrationKey(Fields(line.split(separator: "\t"))) else {
                throw AuthorityError(
                    .damaged,
                    "reading the registration keys",
                    "line \(number + 1) of \(self.path) is none",
                    advice: "remove the line, and add a new key"
                )
            }
            return key
        }
    }

    func write(_ keys: [RegistrationKey]) throws {
        let lines = keys.map { $0.fields.line + "\n" }.joined()
        try FileSystem.write(Array(lines.utf8), to: self.path, mode: 0o600)
    }
}

extension RegistrationKey {
    fileprivate init?(_ fields: Fields) {
        guard let id = fields["id"], let digest = fields["digest"], let limit = fields["limit"].flatMap({ Int($0) }),
            let expires = fields["expires"].flatMap({ Int($0) }), let profile = fields["profile"],
            Profile(rawValue: profile) != nil, let created = fields["created"].flatMap({ Int($0) }),
            let names = fields["names"]?.split(separator: ",").map({ NameGlob(String($0)) }), !names.contains(nil)
        else { return nil }
        self.init(
            id: id,
            digest: digest,
            note: fields["note"] ?? "",
            limit: limit,
            expires: expires,
            names: names.compactMap(\.self),
            profile: profile,
            lifetime: fields["lifetime"],
            created: created
        )
    }

    fileprivate var fields: Fields {
        var pairs = [
            (name: "id", value: self.id), ("digest", self.digest), ("note", self.note), ("limit", "\(self.limit)"),
            ("expires", "\(self.expires)"), ("names", self.names.map(\.description).joined(separator: ",")),
            ("profile", self.profile), ("created", "\(self.created)"),
        ]
        if let lifetime { pairs.append(("lifetime", lifetime)) }
        return Fields(pairs)
    }
}
