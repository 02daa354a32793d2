import CertificateAuthority

/// One certificate of each profile and key type, for the checkers; made once.
enum Everything {
    static let host = "node1.example.com"

    /// Made once and only read from then on, which OpenSSL 3 allows from any thread.
    struct World: @unchecked Sendable {
        let site: Site
        let issued: [Issued]
    }

    static let keyTypes: [KeyType] = [.p256, .p384, .p521, .rsa(2048), .rsa(3072), .ed25519]

    /// Made once, for all suites.
    static let shared = Result { try Self.make() }

    private static func make() throws -> World {
        let site = try Site(keyType: .p384)
        var issued: [Issued] = []
        for profile in [Profile.client, .server, .peer] {
            for keyType in self.keyTypes {
                issued.append(try site.issue(profile, self.host, names: ["IP:192.0.2.1"], keyType: keyType))
            }
        }
        return World(site: site, issued: issued)
    }
}
