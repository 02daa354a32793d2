import CertificateAuthority
import TestSupport
import Testing

/// What our own verification says, and where it is as strict as its peers.
struct VerificationTests {
    /// A root, an authority below it, and an end certificate of that.
    struct Chain {
        let root: Site
        let issuing: Authority
        let issuingKey: PrivateKey
        let leaf: Certificate

        init(leaf profile: Profile = .client, _ host: String = "node1.example.com") throws {
            self.root = try Site()
            let base = self.root.directory.file("issuing")
            var new = NewAuthority(name: "Issuing CA \(uniqueName("below"))")
            new.keyType = .p256
            let file = try Authority.prepareBelow(new, base: base)
            let request = try CertificateRequest(bytes: contents(of: file), from: file)
            let plan = try self.root.authority.plan(request, SigningOrder(.ca), from: file)
            let signed = try self.root.authority.sign(plan, key: self.root.key)
            self.issuing = try Authority.adopt([signed, self.root.authority.certificate], base: base)
            self.issuingKey = try self.issuing.key(nil)
            let identity = Identity(profile, host: try HostName(host))
            let order = SigningOrder(profile)
            self.leaf = try self.issuing.sign(
                self.issuing.plan(identity, key: .generate(.p256), order),
                key: self.issuingKey
            )
        }
    }

    /// Lists that are given, and whether the chain is good before and after the root has revoked the authority below.
    @Test(arguments: [
        (["issuing"], true, true), (["issuing", "root"], true, false), (["root"], false, false), ([], true, true),
    ])
    func aRevokedAuthorityIsNoticed(_ names: [String], _ before: Bool, _ after: Bool) async throws {
        let chain = try Chain()
        let issuing = try chain.issuing.writeRevocationList(key: chain.issuingKey)
        func verify() throws -> Verification {
            var options = VerificationOptions(trusted: [chain.root.authority.certificate])
            options.intermediates = [chain.issuing.certificate]
            options.revocationLists = try names.map { name in
                name == "issuing" ? issuing : try #require(try chain.root.authority.revocationList())
            }
            return try Verification(chain.leaf, options)
        }
        _ = try chain.root.authority.writeRevocationList(key: chain.root.key)
        #expect(try verify().isGood == before, "\(try verify())")
        let serial = chain.issuing.certificate.serial
        _ = try chain.root.authority.revoke([serial], reason: .caCompromise, key: chain.root.key)
        #expect(try verify().isGood == after, "\(try verify())")
    }
}
