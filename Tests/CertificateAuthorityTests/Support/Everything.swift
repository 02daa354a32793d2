import CertificateAuthority
import TestSupport

/// One certificate of each profile and key type, for the checkers; made once.
enum Everything {
    static let host = "node1.example.com"

    /// Made once and only read from then on, which OpenSSL 3 allows from any thread.
    struct World: @unchecked Sendable {
        let site: Site
        let issued: [Issued]
    }

    static let keyTypes: [KeyType] = [.p256, .p384, .p521, .rsa(2048), .rsa(3072), .rsa(4096), .ed25519]

    /// Made once, for all suites.
    static let shared = Result { try Self.make() }

    /// An authority below, limited to some names.
    private static func authorityBelow(_ site: Site, _ keyType: KeyType) throws -> Issued {
        let key = try PrivateKey.generate(keyType)
        let subject = DistinguishedName([.init("CN", "Issuing CA \(keyType)")])
        let request = try CertificateRequest(subject: subject, alternativeNames: [], key: key)
        var order = SigningOrder(.ca)
        order.permitted = [try NameConstraint("DNS:example.com"), try NameConstraint("IP:192.0.2.0/24")]
        let certificate = try site.authority.sign(site.authority.plan(request, order, from: "req.pem"), key: site.key)
        let file = site.directory.file("\(uniqueName("ca")).pem")
        try site.authority.write(certificate, to: file, force: false)
        return Issued(certificate: certificate, key: key, certificateFile: file, keyFile: "", profile: .ca)
    }

    private static func make() throws -> World {
        let site = try Site(keyType: .p384)
        var issued: [Issued] = []
        for profile in [Profile.client, .server, .peer] {
            for keyType in self.keyTypes {
                issued.append(try site.issue(profile, self.host, names: ["IP:192.0.2.1"], keyType: keyType))
            }
        }
        for keyType in self.keyTypes {
            issued.append(try site.issue(.ocsp, self.host, keyType: keyType))
            issued.append(try self.authorityBelow(site, keyType))
        }
        return World(site: site, issued: issued)
    }
}
