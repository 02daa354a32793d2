import CertificateAuthority
import TestSupport
import Testing

/// An authority signs nothing that no peer would accept.
struct OwnLimitsTests {
    private let directory: TemporaryDirectory
    private let authority: Authority
    private let key: PrivateKey

    /// An authority for some names, below which one more may be.
    init() throws {
        self.directory = try TemporaryDirectory()
        var new = NewAuthority(name: "Limited CA")
        new.keyType = .p256
        new.pathLength = 1
        new.permitted = [try NameConstraint("DNS:example.com"), try NameConstraint("IP:192.0.2.0/24")]
        self.authority = try Authority.initialize(new, base: self.directory.file("ca"))
        self.key = try self.authority.key(nil)
    }

    @Test(arguments: [
        (["web1.example.com"], true), (["example.com"], true), (["web1.example.com", "192.0.2.7"], true),
        (["evil.org"], false), (["badexample.com"], false), (["web1.example.com", "198.51.100.7"], false),
        (["web1.example.com", "evil.org"], false),
    ])
    func namesBeyondItsOwnAreRefused(_ hosts: [String], _ isGood: Bool) throws {
        let before = try self.authority.index().rows.count
        let names = try hosts.map { try HostName($0) }
        let identity = Identity(.server, host: names[0], alternativeNames: names.dropFirst().map(\.alternativeName))
        let plan = try self.authority.plan(identity, key: .generate(.p256), SigningOrder(.server))
        let error = isGood ? nil : #expect(throws: AuthorityError.self) { try self.authority.sign(plan, key: self.key) }
        if isGood { _ = try self.authority.sign(plan, key: self.key) }
        #expect(isGood || error?.code == .refused)
        #expect(try self.authority.index().rows.count == (isGood ? before + 1 : before))
    }

    private func below(_ authority: Authority, permitted: [String]) throws -> SigningPlan {
        let request = try CertificateRequest(
            subject: DistinguishedName([.init("CN", "Issuing \(uniqueName("CA"))")]),
            alternativeNames: [],
            key: .generate(.p256)
        )
        var order = SigningOrder(.ca)
        order.permitted = try permitted.map { try NameConstraint($0) }
        return try authority.plan(request, order, from: "req.pem")
    }

    @Test(arguments: [
        ([], true), (["DNS:sub.example.com"], true), (["DNS:example.com", "IP:192.0.2.128/25"], true),
        (["DNS:evil.org"], false),
        (["DNS:com"], false), (["IP:192.0.0.0/16"], false), (["DNS:badexample.com"], false),
    ])
    func anAuthorityBelowCannotBeForOtherNames(_ permitted: [String], _ isGood: Bool) throws {
        if isGood {
            _ = try self.below(self.authority, permitted: permitted)
        } else {
            #expect(throws: AuthorityError.self) { try self.below(self.authority, permitted: permitted) }
        }
    }

    @Test func theLengthOfTheChainIsKept() throws {
        let base = self.directory.file("issuing")
        let file = try Authority.prepareBelow(NewAuthority(name: "Issuing CA"), base: base)
        let request = try CertificateRequest(bytes: contents(of: file), from: file)
        let plan = try self.authority.plan(request, SigningOrder(.ca), from: file)
        let signed = try self.authority.sign(plan, key: self.key)
        let issuing = try Authority.adopt([signed, self.authority.certificate], base: base)
        let error = #expect(throws: AuthorityError.self) { try self.below(issuing, permitted: []) }
        #expect(error?.code == .refused && error?.reason.contains("0 authorities below") == true)
        // End certificates are what it is for, within the names of the one above.
        let identity = Identity(.server, host: try HostName("web1.example.com"))
        _ = try issuing.sign(
            issuing.plan(identity, key: .generate(.p256), SigningOrder(.server)),
            key: issuing.key(nil)
        )
        let evil = Identity(.server, host: try HostName("evil.org"))
        let beyond = try issuing.plan(evil, key: .generate(.p256), SigningOrder(.server))
        #expect(throws: AuthorityError.self) { try issuing.sign(beyond, key: issuing.key(nil)) }
    }
}
