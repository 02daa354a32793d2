internal import CertificateAuthority
internal import Glibc

extension JSON {
    /// The main facts about a certificate.
    init(_ certificate: Certificate) {
        self = [
            "serial": JSON(certificate.serial), "subject": JSON(certificate.subject),
            "issuer": JSON(certificate.issuer),
            "notBefore": JSON(certificate.notBefore), "notAfter": JSON(certificate.notAfter),
            "names": JSON(certificate.alternativeNames), "key": JSON(certificate.publicKey?.typeDescription),
            "sha256": .string(certificate.fingerprint),
        ]
    }

    /// What was asked for and what is granted.
    init(_ plan: SigningPlan) {
        self = [
            "profile": .string(plan.order.profile.rawValue),
            "requested": ["subject": JSON(plan.requestedSubject), "names": JSON(plan.requestedNames)],
            "granted": [
                "subject": JSON(plan.subject), "names": JSON(plan.names), "key": JSON(plan.keyType),
                "notBefore": JSON(plan.notBefore), "notAfter": JSON(plan.notAfter),
            ],
            "notices": JSON(plan.notices),
        ]
    }
}

extension SigningPlan {
    /// The plan for people: requested against granted.
    var lines: [String] {
        func row(_ name: String, _ requested: String, _ granted: String) -> String {
            requested == granted
                ? "  \(name)  \(granted)"
                : "  \(name)  \(granted.isEmpty ? "none" : granted)   (requested: \(requested.isEmpty ? "none" : requested))"
        }
        func list(_ names: [SubjectAlternativeName]) -> String { names.map(\.description).joined(separator: ", ") }
        return [
            "Certificate for \(self.order.profile.rawValue):",
            row("subject", "\(self.requestedSubject)", "\(self.subject)"),
            row("names  ", list(self.requestedNames), list(self.names)),
            "  key      \(self.keyType)",
            "  valid    \(self.notBefore) to \(self.notAfter)",
        ] + self.notices.map { "  note: \($0)" }
    }
}

/// Says something to the operator that is no part of the answer.
func tell(_ lines: [String]) {
    for line in lines { write(STDERR_FILENO, line + "\n", line.utf8.count + 1) }
}
