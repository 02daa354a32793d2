/// What is known about a certificate beyond its record in `index.txt`.
///
/// Certificates signed by `openssl ca` have none; they list, revoke and renew all the same.
public struct Details: Sendable, Equatable {
    /// What it was signed for.
    public var profile: Profile?
    /// The names it speaks for.
    public var alternativeNames: [SubjectAlternativeName] = []
    /// Why it was really revoked, where `index.txt` has no word for it.
    public var reason: RevocationReason?
    /// Who asked for it.
    public var requester: String?
    /// The serial number of the certificate it replaces.
    public var renewedFrom: String?
    /// The registration key by which the node, or the one whose certificate it renewed, was let in.
    public var registrationKey: String?
    /// SHA-256 of the public key that a node enrolled with, so that it may ask again for an answer it did not get.
    public var publicKeyDigest: String?

    /// Nothing known.
    public init() {}

    init(_ fields: Fields) {
        self.profile = fields["profile"].flatMap(Profile.init(rawValue:))
        // The first releases wrote all names into one field, where a comma within a name looks like the end of it.
        let joined = fields["names"].map { $0.utf8.split(separator: UInt8(ascii: ",")).map { String(Substring($0)) } }
        self.alternativeNames = (joined ?? fields.all("name")).compactMap(SubjectAlternativeName.init(recorded:))
        self.reason = fields["reason"].flatMap { RevocationReason($0) }
        self.requester = fields["requester"]
        self.renewedFrom = fields["renewed-from"]
        self.registrationKey = fields["registration-key"]
        self.publicKeyDigest = fields["public-key"]
    }

    var fields: Fields {
        var pairs: [(name: String, value: String)] = []
        if let profile { pairs.append(("profile", profile.rawValue)) }
        pairs += self.alternativeNames.map { ("name", $0.description) }
        if let reason { pairs.append(("reason", reason.rawValue)) }
        if let requester { pairs.append(("requester", requester)) }
        if let renewedFrom { pairs.append(("renewed-from", renewedFrom)) }
        if let registrationKey { pairs.append(("registration-key", registrationKey)) }
        if let publicKeyDigest { pairs.append(("public-key", publicKeyDigest)) }
        return Fields(pairs)
    }
}

/// The file of details: one line for each change of a certificate, the last one counts.
struct DetailsFile {
    let file: AppendOnlyFile

    func append(_ details: Details, for serial: SerialNumber) throws {
        try self.file.append("\(serial)\t\(details.fields.line)")
    }

    func read() throws -> [SerialNumber: Details] {
        var result: [SerialNumber: Details] = [:]
        for line in try self.file.lines() {
            let parts = line.utf8.split(separator: UInt8(ascii: "\t")).map { Substring($0) }
            guard let first = parts.first, let serial = SerialNumber(String(first)) else { continue }
            result[serial] = Details(Fields(parts.dropFirst()))
        }
        return result
    }
}
