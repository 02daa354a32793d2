internal import COpenSSL

/// Rules of RFC 5280 that strict peers enforce and libcrypto does not, even in its strict mode.
///
/// The root is left out: peers trust it as it is.
struct StrictRules {
    let options: VerificationOptions

    /// The first violation in a chain that libcrypto has accepted, the end certificate first, and where it is.
    func violation(in chain: [Certificate]) -> (reason: String, depth: Int)? {
        if let leaf = chain.first, let reason = self.defect(ofEnd: leaf) { return (reason, 0) }
        for (depth, certificate) in chain.enumerated() where depth == 0 || depth < chain.count - 1 {
            if certificate.version != 3 {
                return ("a certificate of version \(certificate.version) has no extensions", depth)
            }
            if let reason = certificate.serialDefect { return (reason, depth) }
        }
        // RFC 5280 section 5.2.3.
        if self.options.revocationLists.contains(where: { $0.number == nil }) {
            return ("a revocation list has no number", 0)
        }
        return nil
    }

    private func defect(ofEnd certificate: Certificate) -> String? {
        let isForHost = self.options.host != nil || [.client, .server].contains(self.options.purpose)
        if certificate.isAuthority {
            return isForHost ? "an authority's certificate is used as that of a host" : nil
        }
        // Section 4.2.1.10.
        return certificate.criticality(of: NID_name_constraints) != nil
            ? "name constraints are for authorities alone" : nil
    }
}

extension Certificate {
    /// 3 unless it is very old or very odd.
    var version: Int { X509_get_version(self.pointer) + 1 }

    /// What is wrong with the serial number (RFC 5280 section 4.1.2.2: positive, at most 20 octets); nil when it is good.
    var serialDefect: String? {
        guard let serial = X509_get0_serialNumber(self.pointer) else { return "the serial number is missing" }
        if serial.pointee.type & V_ASN1_NEG != 0 { return "the serial number is negative" }
        let bytes = UnsafeBufferPointer(start: serial.pointee.data, count: Int(serial.pointee.length))
        guard let first = bytes.first(where: { $0 != 0 }) else { return "the serial number is zero" }
        // A number whose first bit is set takes one octet more, for its sign.
        let count = bytes.drop { $0 == 0 }.count + (first > 0x7F ? 1 : 0)
        return count > 20 ? "the serial number is longer than 20 octets" : nil
    }
}
