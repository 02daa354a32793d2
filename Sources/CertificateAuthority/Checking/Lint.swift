internal import COpenSSL

/// What is wrong or unwise about a certificate, before a peer finds out.
public struct LintFinding: Sendable, Hashable {
    /// How bad it is.
    public enum Severity: String, Sendable {
        case error, warning, notice
    }

    /// How bad it is.
    public let severity: Severity
    /// A name that stays the same between releases.
    public let rule: String
    /// What it means, and for whom.
    public let text: String
}

/// The peers that a certificate must get along with.
public enum LintTarget: String, Sendable, CaseIterable {
    /// RabbitMQ 3.10 on Erlang/OTP 25, as in Debian 12.
    case rabbitmq310 = "rabbitmq-3.10"
    /// RabbitMQ 4 on Erlang/OTP 26 and 27, which compares keyUsage with extendedKeyUsage.
    case rabbitmq4 = "rabbitmq-4"
}

/// Rules of RFC 5280, of OpenSSL's strict mode and of Erlang.
public struct Lint {
    private let certificate: Certificate
    private let target: LintTarget
    private var findings: [LintFinding] = []

    /// All findings about a certificate, the worst first.
    public static func findings(
        _ certificate: Certificate,
        target: LintTarget = .rabbitmq310,
        now: Timestamp = .now
    ) -> [LintFinding] {
        var lint = Lint(certificate: certificate, target: target)
        lint.checkKey()
        lint.checkSignature()
        lint.checkValidity(now)
        if certificate.isAuthority { lint.checkAuthority() } else { lint.checkEnd() }
        lint.checkIdentifiers()
        lint.checkNames()
        lint.checkSize()
        let order: [LintFinding.Severity] = [.error, .warning, .notice]
        return order.flatMap { severity in lint.findings.filter { $0.severity == severity } }
    }

    private init(certificate: Certificate, target: LintTarget) {
        self.certificate = certificate
        self.target = target
    }

    private mutating func add(_ severity: LintFinding.Severity, _ rule: String, _ text: String) {
        self.findings.append(LintFinding(severity: severity, rule: rule, text: text))
    }

    private mutating func checkKey() {
        guard let key = self.certificate.publicKey, let type = key.type else {
            return self.add(
                .error,
                "key-type",
                "the key is of a kind that peers may not read: \(self.certificate.publicKey?.typeDescription ?? "unknown")"
            )
        }
        if case .rsa(let bits) = type, bits < 2048 {
            self.add(.error, "weak-key", "an RSA key of \(bits) bits can be broken")
        }
        if let warning = type.warning { self.add(.warning, "ed25519-tls12", warning) }
    }

    private mutating func checkSignature() {
        let algorithm = self.certificate.signatureAlgorithm.lowercased()
        if algorithm.contains("sha1") || algorithm.contains("md5") {
            self.add(
                .error,
                "weak-signature",
                "\(self.certificate.signatureAlgorithm) is refused by every current peer"
            )
        }
        if algorithm.contains("ed25519"), self.certificate.publicKey?.type != .ed25519 {
            self.add(.warning, "ed25519-tls12", "it is signed with Ed25519; TLS 1.2 handshakes with RabbitMQ fail")
        }
        if let defect = self.certificate.serialDefect { self.add(.error, "serial-length", defect) }
        if self.certificate.serial.description.utf8.count < 16 {
            self.add(.notice, "serial-entropy", "the serial number can be guessed")
        }
    }

    private mutating func checkValidity(_ now: Timestamp) {
        let certificate = self.certificate
        if certificate.notAfter < now { self.add(.error, "expired", "it ended at \(certificate.notAfter)") }
        if certificate.notBefore > now { self.add(.error, "not-yet-valid", "it begins at \(certificate.notBefore)") }
        if certificate.notAfter > .lastUTCTime {
            self.add(.warning, "after-2049", "RabbitMQ's check of expiry fails on dates from 2050")
        }
        let days = certificate.notAfter.days(since: certificate.notBefore)
        if !certificate.isAuthority, days > 825 {
            self.add(.warning, "long-life", "an end certificate of \(days) days outlives most mistakes")
        }
        if certificate.isAuthority, days < 365 {
            self.add(.warning, "short-authority", "an authority of \(days) days ends before what it signs")
        }
    }

    private mutating func checkAuthority() {
        if self.certificate.criticality(of: NID_basic_constraints) == false {
            self.add(
                .error,
                "ca-constraints-critical",
                "basicConstraints is not critical; Python 3.13 and OpenSSL's strict mode refuse it"
            )
        }
        guard let usage = self.certificate.keyUsage else {
            return self.add(.error, "ca-key-usage", "keyUsage is missing; OpenSSL's strict mode refuses it")
        }
        if !usage.contains(.keyCertSign) { self.add(.error, "ca-key-usage", "keyCertSign is missing") }
        if !usage.contains(.crlSign) {
            self.add(.warning, "ca-crl-sign", "cRLSign is missing; its revocation lists are refused")
        }
        if !self.certificate.extendedKeyUsage.isEmpty {
            self.add(.notice, "ca-purpose", "an authority with extendedKeyUsage limits what is below it")
        }
    }

    private mutating func checkEnd() {
        let certificate = self.certificate
        if certificate.criticality(of: NID_name_constraints) != nil {
            self.add(.error, "end-name-constraints", "name constraints on a certificate that is no authority")
        }
        let isRSA = certificate.publicKey?.type?.isRSA == true
        if let usage = certificate.keyUsage {
            if !usage.contains(.digitalSignature) {
                self.add(
                    .error,
                    "no-digital-signature",
                    "digitalSignature is missing: TLS 1.2 with RabbitMQ ends with alert 71, and TLS 1.3 with GnuTLS fails"
                )
            }
            if usage.contains(.keyEncipherment), !isRSA {
                self.add(.warning, "ec-key-encipherment", "keyEncipherment on a key that cannot encipher (RFC 8813)")
            }
            if usage.contains(.keyCertSign) {
                self.add(.error, "end-cert-sign", "keyCertSign on a certificate that is no authority")
            }
        } else {
            self.add(.notice, "no-key-usage", "keyUsage is missing; the key may be used for anything")
        }
        if certificate.criticality(of: NID_basic_constraints) == false {
            self.add(.notice, "constraints-critical", "basicConstraints is not critical")
        }
        let purposes = certificate.extendedKeyUsage
        if purposes.isEmpty {
            self.add(.warning, "no-purpose", "extendedKeyUsage is missing; it passes as client and as server")
        }
        if certificate.criticality(of: NID_ext_key_usage) == true {
            self.add(
                self.target == .rabbitmq4 ? .error : .warning,
                "purpose-critical",
                "extendedKeyUsage is critical; some releases of Erlang refuse it"
            )
        }
        if purposes.contains("OCSPSigning"), purposes.count > 1 {
            self.add(.error, "ocsp-purpose", "a signer of OCSP answers has no other purpose")
        }
    }

    private mutating func checkIdentifiers() {
        let certificate = self.certificate
        if certificate.authorityKeyIdentifier == nil, !certificate.isSelfSigned {
            self.add(
                .error,
                "no-authority-key-id",
                "authorityKeyIdentifier is missing; OpenSSL's strict mode refuses it"
            )
        }
        if certificate.subjectKeyIdentifier == nil {
            self.add(certificate.isAuthority ? .error : .notice, "no-subject-key-id", "subjectKeyIdentifier is missing")
        }
        for nid in [NID_subject_key_identifier, NID_authority_key_identifier]
        where certificate.criticality(of: nid) == true {
            self.add(.error, "key-id-critical", "a key identifier is critical; OpenSSL's strict mode refuses it")
        }
    }

    private mutating func checkSize() {
        let size = self.certificate.der.count
        if size > 100 << 10 {
            self.add(
                .error,
                "size",
                "its \(size) bytes are more than OpenSSL accepts in a handshake, 100 KiB for all certificates"
            )
        } else if size > 16 << 10 {
            self.add(
                .warning,
                "size",
                "its \(size) bytes are sent in each handshake, and are more than one record of TLS"
            )
        }
    }

    private mutating func checkNames() {
        let certificate = self.certificate
        guard !certificate.isAuthority, !certificate.extendedKeyUsage.contains("OCSPSigning") else { return }
        let names = certificate.alternativeNames
        let isServer = certificate.extendedKeyUsage.contains("serverAuth")
        if names.isEmpty {
            self.add(
                isServer ? .error : .warning,
                "no-alternative-name",
                "it has no subjectAltName; Go, browsers and Python's cryptography refuse it"
            )
        } else if isServer, !names.contains(where: { if case .dns = $0 { true } else { false } }) {
            self.add(.warning, "no-dns-name", "clients on librabbitmq need a DNS name; they do not look at addresses")
        }
        let commonNames = certificate.subject.values(of: "CN")
        if commonNames.count > 1 {
            self.add(.error, "common-names", "RabbitMQ joins \(commonNames.count) common names into one user name")
        }
        if certificate.subject.attributes.isEmpty {
            self.add(.warning, "empty-subject", "RabbitMQ's login by distinguished name yields an empty user")
            if certificate.criticality(of: NID_subject_alt_name) == false {
                self.add(.error, "name-critical", "with an empty subject subjectAltName must be critical")
            }
        }
    }
}
