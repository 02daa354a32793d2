import CertificateAuthority
import Enrolment
import Synchronization
import TestSupport
import Testing

/// Registration keys, enrolment and renewal, without a network.
struct EnrolmentTests {
    /// A clock that the tests turn.
    final class TurnedClock: Sendable {
        private let time = Mutex(Timestamp.now)
        var now: Timestamp { self.time.withLock { $0 } }
        func turn(seconds: Int) { self.time.withLock { $0 = $0 + seconds } }
    }

    let clock = TurnedClock()
    let site: Site

    init() throws {
        let clock = self.clock
        self.site = try Site { clock.now }
    }

    private func register(_ names: String..., limit: Int = 1) throws -> String {
        var new = NewRegistrationKey(names: names.compactMap { NameGlob($0) })
        new.limit = limit
        new.lifetime = .days(9)
        return try self.site.authority.addRegistrationKey(new).text
    }

    private func order(
        _ key: String,
        _ host: String,
        own: PrivateKey? = nil,
        names: [String] = []
    ) throws -> EnrolmentOrder {
        let identity = Identity(
            .client,
            host: try HostName(host),
            alternativeNames: try names.map { try SubjectAlternativeName($0) }
        )
        let request = try identity.request(key: own ?? PrivateKey.generate(.p256))
        return EnrolmentOrder(key: key, request: String(decoding: request.pem, as: UTF8.self))
    }

    private func enroll(_ order: EnrolmentOrder) throws -> Certificate {
        try self.site.authority.enroll(order, requester: "192.0.2.1", key: self.site.key)
    }

    private func refusal(_ order: EnrolmentOrder) throws -> EnrolmentProblem {
        try #require(#expect(throws: EnrolmentProblem.self) { try self.enroll(order) })
    }

    private func renew(_ old: Certificate) throws -> Certificate {
        try self.site.authority.renew(old, RenewalOrder(), requester: "192.0.2.1", key: self.site.key)
    }

    private func refusal(renewing old: Certificate) throws -> EnrolmentProblem {
        try #require(#expect(throws: EnrolmentProblem.self) { try self.renew(old) })
    }

    @Test func theSecretIsNowhere() throws {
        let text = try self.register("*")
        let file = String(decoding: try contents(of: self.site.authority.layout.registrationKeys), as: UTF8.self)
        let secret = try #require(text.split(separator: "-").last)
        #expect(!file.contains(secret))
        #expect(!String(decoding: try contents(of: self.site.authority.layout.audit), as: UTF8.self).contains(secret))
        let mode = try Command.run("stat", ["-c", "%a", self.site.authority.layout.registrationKeys])
        #expect(mode == "600\n")
    }

    @Test func aKeyIsGoodForItsLimit() throws {
        let key = try self.register("web*.example.com", limit: 2)
        let first = try self.enroll(self.order(key, "web1.example.com"))
        #expect(first.subject.description == "O=client, CN=web1.example.com")
        #expect(first.notAfter.days(since: self.clock.now) == 9)
        _ = try self.enroll(self.order(key, "web2.example.com"))
        let third = try self.refusal(self.order(key, "web3.example.com"))
        #expect(third.status == 403 && third.detail.contains("used up"))
        let entry = try #require(try self.site.authority.registrationKeys().first)
        #expect(entry.used == 2 && entry.state == .usedUp)
        #expect(try self.site.authority.index().rows.count == 2)
        let actions = try self.site.authority.audit.verified().map(\.action)
        #expect(actions.filter { $0 == "sign" }.count == 2 && actions.contains("key-add"))
    }

    @Test func aLostAnswerIsGivenAgain() throws {
        let key = try self.register("*")
        let own = try PrivateKey.generate(.p256)
        let first = try self.enroll(self.order(key, "web1.example.com", own: own))
        #expect(try self.enroll(self.order(key, "web1.example.com", own: own)) == first)
        // Another name, or another key, is another node.
        #expect(try self.refusal(self.order(key, "web2.example.com", own: own)).detail.contains("used up"))
        #expect(try self.refusal(self.order(key, "web1.example.com")).detail.contains("used up"))
        _ = try self.site.authority.revoke([first.serial], reason: .cessationOfOperation, key: self.site.key)
        #expect(try self.refusal(self.order(key, "web1.example.com", own: own)).detail.contains("used up"))
    }

    @Test func aCompromisedKeyDoesNotEnrolAgain() throws {
        let key = try self.register("*", limit: 3)
        let own = try PrivateKey.generate(.p256)
        let stolen = try self.enroll(self.order(key, "web1.example.com", own: own))
        _ = try self.site.authority.revoke([stolen.serial], reason: .keyCompromise, key: self.site.key)
        let problem = try self.refusal(self.order(key, "web2.example.com", own: own))
        #expect(problem.status == 403 && problem.detail.contains("compromised"))
        _ = try self.enroll(self.order(key, "web1.example.com"))
    }

    @Test func wrongKeysAreAllAlike() throws {
        let key = try self.register("*")
        let other = try self.register("*")
        let swapped = "\(key.prefix(8))-\(other.dropFirst(9))"
        for wrong in [swapped, "00000000-00", "x", key + "0", String(key.dropLast())] {
            #expect(try self.refusal(self.order(wrong, "web1.example.com")) == .unknownKey)
        }
        _ = try self.site.authority.removeRegistrationKeys([String(key.prefix(8))])
        #expect(try self.refusal(self.order(key, "web1.example.com")) == .unknownKey)
        #expect(throws: AuthorityError.self) { try self.site.authority.removeRegistrationKeys(["00000000"]) }
        #expect(try self.site.authority.registrationKeys().count == 1)
    }

    @Test func anExpiredKeyLetsNobodyIn() throws {
        let key = try self.register("*")
        self.clock.turn(seconds: 8 * 86_400)
        #expect(try self.refusal(self.order(key, "web1.example.com")).detail.contains("expired"))
    }

    @Test func onlyTheKeysNamesAreCertified() throws {
        let key = try self.register("web*.example.com", limit: 9)
        #expect(try self.refusal(self.order(key, "db.example.com")).status == 403)
        let more = try self.order(key, "web1.example.com", names: ["DNS:admin.example.com"])
        #expect(try self.refusal(more).detail.contains("DNS:admin.example.com"))
        #expect(try self.site.authority.index().rows.isEmpty)
    }

    @Test func subjectsHoldNothingBesides() throws {
        let key = try self.register("*", limit: 9)
        let own = try PrivateKey.generate(.p256)
        for attributes in [
            [DistinguishedName.Attribute("O", "admins"), .init("CN", "web1")],
            [.init("O", "client"), .init("OU", "admins"), .init("CN", "web1")],
        ] {
            let request = try CertificateRequest(
                subject: DistinguishedName(attributes),
                alternativeNames: [SubjectAlternativeName("DNS:web1")],
                key: own
            )
            let order = EnrolmentOrder(key: key, request: String(decoding: request.pem, as: UTF8.self))
            #expect(try self.refusal(order).status == 422)
        }
        #expect(try self.refusal(EnrolmentOrder(key: key, request: "not PEM")).status == 422)
    }

    @Test func whatThePolicyDeniesStaysDenied() throws {
        try self.site.directory.write("deny any DNS:admin.example.com\n", to: "ca/policy.conf")
        let authority = try Authority(base: self.site.base)
        let key = try self.register("*", limit: 9)
        let named = try self.order(key, "admin.example.com")
        #expect(throws: AuthorityError.self) { try authority.enroll(named, requester: "", key: self.site.key) }
        // Without alternative names the common name becomes one.
        let bare = try CertificateRequest(
            subject: DistinguishedName([.init("O", "client"), .init("CN", "admin.example.com")]),
            alternativeNames: [],
            key: PrivateKey.generate(.p256)
        )
        let order = EnrolmentOrder(key: key, request: String(decoding: bare.pem, as: UTF8.self))
        #expect(throws: AuthorityError.self) { try authority.enroll(order, requester: "", key: self.site.key) }
    }

    @Test func renewalKeepsNameLifeAndKey() throws {
        let key = try self.register("*", "IP:192.0.2.*")
        let old = try self.enroll(self.order(key, "web1.example.com", names: ["IP:192.0.2.7"]))
        #expect(try self.refusal(renewing: old).status == 409)
        self.clock.turn(seconds: 6 * 86_400)
        let new = try self.renew(old)
        #expect(new.subject == old.subject && new.alternativeNames == old.alternativeNames)
        #expect(new.notAfter.seconds - new.notBefore.seconds == old.notAfter.seconds - old.notBefore.seconds)
        #expect(try #require(new.publicKey).matches(#require(old.publicKey)))
        // The answer was lost: the same certificate again, not one more.
        #expect(try self.renew(old) == new)
        #expect(try self.site.authority.index().rows.count == 2)
        // A renewal is no further use of the registration key.
        #expect(try self.site.authority.registrationKeys().first?.used == 1)
    }

    @Test func renewalForANewKeyNeedsTheSameName() throws {
        let old = try self.enroll(self.order(self.register("*"), "web1.example.com"))
        self.clock.turn(seconds: 6 * 86_400)
        let own = try PrivateKey.generate(.p256)
        let other = try Identity(.client, host: HostName("db.example.com")).request(key: own)
        let problem = #expect(throws: EnrolmentProblem.self) {
            let order = RenewalOrder(request: String(decoding: other.pem, as: UTF8.self))
            return try self.site.authority.renew(old, order, requester: "", key: self.site.key)
        }
        #expect(problem?.status == 403)
        let same = try Identity(.client, host: HostName("web1.example.com")).request(key: own)
        let order = RenewalOrder(request: String(decoding: same.pem, as: UTF8.self))
        let new = try self.site.authority.renew(old, order, requester: "", key: self.site.key)
        #expect(try #require(new.publicKey).matches(own))
    }

    @Test func aNewKeyIsJudgedAsForANewNode() throws {
        let old = try self.enroll(self.order(self.register("*"), "web1.example.com"))
        self.clock.turn(seconds: 6 * 86_400)
        func order(_ type: KeyType) throws -> RenewalOrder {
            let request = try Identity(.client, host: HostName("web1.example.com")).request(key: .generate(type))
            return RenewalOrder(request: String(decoding: request.pem, as: UTF8.self))
        }
        let weak = #expect(throws: AuthorityError.self) {
            try self.site.authority.renew(old, order(.rsa(1024)), requester: "", key: self.site.key)
        }
        #expect(weak?.code == .refused && weak?.reason.contains("1024 bits is too weak") == true)
        try self.site.directory.write("deny any DNS:web1.example.com\n", to: "ca/policy.conf")
        let clock = self.clock
        let strict = try Authority(base: self.site.base) { clock.now }
        for order in [RenewalOrder(), try order(.p256)] {
            let problem = #expect(throws: EnrolmentProblem.self) {
                try strict.renew(old, order, requester: "", key: self.site.key)
            }
            #expect(problem?.status == 403 && problem?.detail.contains("DNS:web1.example.com") == true)
        }
        #expect(try self.site.authority.index().rows.count == 1)
    }

    @Test func aNewKeyWhileTheRootChanges() throws {
        let old = try self.enroll(self.order(self.register("*"), "web1.example.com"))
        self.clock.turn(seconds: 6 * 86_400)
        let rollover = Rollover(self.site.authority)
        let next = try rollover.prepare(NewAuthority(name: "Next CA"), key: self.site.key)
        let reissued = try #require(try rollover.reissue(nextKey: next.key(nil)).first?.certificate)
        _ = try rollover.switchOver()
        let clock = self.clock
        let authority = try Authority(base: self.site.base) { clock.now }
        let key = try authority.key(nil)
        #expect(try authority.renew(old, RenewalOrder(), requester: "", key: key) == reissued)
        let own = try PrivateKey.generate(.p256)
        let request = try Identity(.client, host: HostName("web1.example.com")).request(key: own)
        let order = RenewalOrder(request: String(decoding: request.pem, as: UTF8.self))
        let new = try authority.renew(old, order, requester: "", key: key)
        #expect(try #require(new.publicKey).matches(own))
        #expect(new.alternativeNames == old.alternativeNames && new.isIssued(by: authority.certificate))
        // The answer was lost: the same certificate again.
        #expect(try authority.renew(old, order, requester: "", key: key) == new)
    }

    @Test func anAnswerLostBeforeTheRootChanged() throws {
        let old = try self.enroll(self.order(self.register("*"), "web1.example.com"))
        self.clock.turn(seconds: 6 * 86_400)
        // The node has the first one still; the second one alone is signed again.
        _ = try self.renew(old)
        let rollover = Rollover(self.site.authority)
        let next = try rollover.prepare(NewAuthority(name: "Next CA"), key: self.site.key)
        let reissued = try rollover.reissue(nextKey: next.key(nil)).map(\.certificate)
        #expect(reissued.count == 1)
        _ = try rollover.switchOver()
        let clock = self.clock
        let authority = try Authority(base: self.site.base) { clock.now }
        let answer = try authority.renew(old, RenewalOrder(), requester: "", key: authority.key(nil))
        #expect([answer] == reissued)
    }

    @Test func revokedExpiredAndUnknownAreNotRenewed() throws {
        let key = try self.register("*", limit: 3)
        let revoked = try self.enroll(self.order(key, "web1.example.com"))
        let held = try self.enroll(self.order(key, "web2.example.com"))
        let expired = try self.enroll(self.order(key, "web3.example.com"))
        self.clock.turn(seconds: 6 * 86_400)
        _ = try self.site.authority.revoke([revoked.serial], reason: .keyCompromise, key: self.site.key)
        _ = try self.site.authority.revoke([held.serial], reason: .certificateHold, key: self.site.key)
        #expect(try self.refusal(renewing: revoked).detail.contains("revoked"))
        #expect(try self.refusal(renewing: held).status == 403)
        let clock = self.clock
        let stranger = try Site { clock.now }.issue(.client, "web1.example.com").certificate
        #expect(try self.refusal(renewing: stranger).detail.contains("not one of this authority"))
        self.clock.turn(seconds: 4 * 86_400)
        #expect(try self.refusal(renewing: expired).detail.contains("enrol again"))
    }
}
