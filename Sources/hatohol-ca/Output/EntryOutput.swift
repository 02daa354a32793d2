internal import CertificateAuthority

extension JSON {
    /// A certificate on record.
    init(_ entry: CertificateEntry) {
        self = [
            "serial": JSON(entry.row.serial), "state": .string(entry.state.rawValue),
            "subject": .string(entry.row.subject), "name": .string(entry.row.commonName),
            "notAfter": JSON(entry.row.notAfter), "profile": JSON(entry.details.profile?.rawValue),
            "names": JSON(entry.details.alternativeNames), "revoked": JSON(entry.row.revocation?.time),
            "reason": JSON(entry.reason?.rawValue), "requester": JSON(entry.details.requester),
            "renewedFrom": JSON(entry.details.renewedFrom), "registrationKey": JSON(entry.details.registrationKey),
        ]
    }

    /// A revocation list.
    init(_ list: RevocationList) {
        self = [
            "issuer": JSON(list.issuer), "number": JSON(list.number), "thisUpdate": JSON(list.thisUpdate),
            "nextUpdate": JSON(list.nextUpdate), "hash": .string(list.hashName),
            "revoked": .array(
                list.entries.map {
                    ["serial": JSON($0.serial), "time": JSON($0.time), "reason": JSON($0.reason?.rawValue)]
                }
            ),
        ]
    }
}

extension CertificateEntry {
    /// One line of a table.
    var line: String {
        let state = self.reason.map { "\(self.state.rawValue) (\($0.rawValue))" } ?? self.state.rawValue
        let profile = self.details.profile?.rawValue ?? "-"
        return [
            self.row.serial.description.padded(40), self.row.notAfter.day, profile.padded(6),
            self.row.commonName.padded(24),
            state,
        ].joined(separator: "  ")
    }
}

extension RevocationList {
    /// The list for people.
    var lines: [String] {
        [
            "Revocation list of \(self.issuer)", "  number       \(self.number?.description ?? "none")",
            "  made         \(self.thisUpdate)", "  good until   \(self.nextUpdate?.description ?? "for ever")",
            "  revoked      \(self.entries.count)",
        ] + self.entries.map { "    \($0.serial)  \($0.time)  \($0.reason?.rawValue ?? "")" }
    }
}

extension Certificate {
    /// The certificate for people.
    var lines: [String] {
        let purposes =
            self.extendedKeyUsage
            + (self.isAuthority ? ["authority\(self.pathLength.map { ", path length \($0)" } ?? "")"] : [])
        return [
            "Certificate \(self.serial)", "  subject      \(self.subject)", "  issuer       \(self.issuer)",
            "  valid        \(self.notBefore) to \(self.notAfter)",
            "  names        \(self.alternativeNames.map(\.description).joined(separator: ", "))",
            "  key          \(self.publicKey?.typeDescription ?? "unknown")",
            "  usage        \((self.keyUsage ?? []).map { "\($0)" }.joined(separator: ", "))",
            "  purposes     \(purposes.joined(separator: ", "))", "  signature    \(self.signatureAlgorithm)",
            "  sha256       \(self.fingerprint)",
        ]
    }
}

extension String {
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - self.count)) }
}
