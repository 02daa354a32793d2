import CertificateAuthority
import TestSupport
import Testing

/// What a request may ask for, and what it gets.
struct RequestTests {
    let site: Site

    init() throws { self.site = try Site() }

    /// A request by the openssl command.
    private func request(_ options: String...) async throws -> CertificateRequest {
        let path = self.site.directory.file(uniqueName("req"))
        let hasKey = options.contains("-key") || options.contains("-newkey")
        let key =
            hasKey ? [] : ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path + ".key"]
        let outcome = try await Tool.run("openssl", ["req", "-new", "-utf8", "-out", path] + key + options)
        try #require(outcome.isGood, "\(outcome.text)")
        return try CertificateRequest(bytes: contents(of: path), from: "req.pem")
    }

    private func refusal(_ request: CertificateRequest, _ order: SigningOrder = SigningOrder(.client)) -> String {
        do {
            _ = try self.site.authority.plan(request, order, from: "req.pem")
            return "granted"
        } catch {
            return "\(error)"
        }
    }

    @Test func aPlainRequestGetsItsOwnName() async throws {
        let request = try await self.request("-subj", "/CN=node1/O=client", "-addext", "subjectAltName=DNS:node1")
        let plan = try self.site.authority.plan(request, SigningOrder(.client), from: "req.pem")
        #expect(plan.subject.description == "O=client, CN=node1")
        #expect(plan.names == [.dns("node1")])
    }

    @Test func aRequestOfTheOriginalScriptsGetsAName() async throws {
        let request = try await self.request("-subj", "/CN=node1/O=client")
        #expect(try self.site.authority.plan(request, SigningOrder(.client), from: "req.pem").names == [.dns("node1")])
    }

    @Test func furtherNamesNeedConsent() async throws {
        let request = try await self.request(
            "-subj",
            "/CN=node1",
            "-addext",
            "subjectAltName=DNS:node1,DNS:admin.example.com"
        )
        #expect(self.refusal(request).contains("DNS:admin.example.com"))
        var order = SigningOrder(.client)
        order.dropsRefusedNames = true
        #expect(try self.site.authority.plan(request, order, from: "r").names == [.dns("node1")])
        order.dropsRefusedNames = false
        order.acceptsRequestedNames = true
        #expect(try self.site.authority.plan(request, order, from: "r").names.count == 2)
    }

    /// Names of each type that is no text: a union of libcrypto must not be read as one.
    @Test(arguments: [
        "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:user@example.com", "dirName:person", "RID:1.2.3.4",
        "otherName:1.2.3;SEQ:empty",
    ])
    func namesOfOtherTypesAreRefused(_ name: String) async throws {
        let config = try self.site.directory.write(
            """
            [req]
            distinguished_name = subject
            req_extensions = extensions
            prompt = no
            [subject]
            CN = node1
            [extensions]
            subjectAltName = DNS:node1, \(name)
            [person]
            CN = somebody
            [empty]
            """,
            to: uniqueName("config")
        )
        let request = try await self.request("-config", config)
        #expect(request.alternativeNames == [.dns("node1")])
        #expect(request.unknownNameCount == 1)
        #expect(self.refusal(request).contains("names of a type we do not sign"))
    }

    @Test(arguments: [
        ("/CN=node1", "DNS:node1,DNS:ADMIN.example.com"), ("/CN=admin.example.com", "DNS:web1.example.com"),
        ("/CN=ADMIN.Example.com", "DNS:web1.example.com"), ("/CN=web1.example.com", "DNS:*.example.com"),
        ("/CN=web1.example.com", "DNS:web1.example.com,DNS:admin.example.com."),
    ])
    func whatIsDeniedStaysDenied(_ subject: String, _ names: String) async throws {
        try OperatorFile(self.site.authority.layout.policy).write(
            Array("allow any DNS:*.example.com\ndeny any DNS:admin.example.com\n".utf8)
        )
        let authority = try Authority(base: self.site.base)
        let request = try await self.request("-subj", subject, "-addext", "subjectAltName=\(names)")
        var order = SigningOrder(.client)
        order.acceptsRequestedNames = true
        #expect(throws: AuthorityError.self) { try authority.plan(request, order, from: "r") }
        #expect(throws: AuthorityError.self) { try authority.plan(request, SigningOrder(.client), from: "r") }
    }

    @Test func ownNamesAreComparedWithoutCase() async throws {
        let request = try await self.request(
            "-subj",
            "/CN=NODE1.Example.COM",
            "-addext",
            "subjectAltName=DNS:NODE1.Example.COM"
        )
        let plan = try self.site.authority.plan(request, SigningOrder(.client), from: "r")
        #expect(plan.names == [.dns("node1.example.com")])
    }

    @Test func longNamesAreSignedWhole() async throws {
        let label = String(repeating: "a", count: 30)
        let name = "node1.\(label).\(label).\(label).\(label).example.com"
        let uri = "spiffe://example.com/" + String(repeating: "b", count: 150)
        let request = try await self.request("-subj", "/CN=node1", "-addext", "subjectAltName=DNS:\(name),URI:\(uri)")
        var order = SigningOrder(.client)
        order.acceptsRequestedNames = true
        #expect(try self.site.authority.plan(request, order, from: "r").names == [.dns(name), .uri(uri)])
    }

    @Test func thePolicyGrantsAndDenies() async throws {
        try OperatorFile(self.site.authority.layout.policy).write(
            Array(
                "# names\nallow any DNS:*.example.com IP:10.0.0.0/8\ndeny any DNS:admin.example.com\nmax-lifetime client 24h\n"
                    .utf8
            )
        )
        let authority = try Authority(base: self.site.base)
        let good = try await self.request(
            "-subj",
            "/CN=node1",
            "-addext",
            "subjectAltName=DNS:node1,DNS:a.b.example.com,IP:10.1.2.3"
        )
        let plan = try authority.plan(good, SigningOrder(.client), from: "r")
        #expect(plan.names.count == 3)
        #expect(plan.notAfter <= .now + 86_400)
        var order = SigningOrder(.client)
        order.acceptsRequestedNames = true
        let bad = try await self.request("-subj", "/CN=node1", "-addext", "subjectAltName=DNS:admin.example.com")
        #expect(throws: AuthorityError.self) { try authority.plan(bad, order, from: "r") }
    }

    @Test func aRequestForAnAuthorityIsRefused() async throws {
        let request = try await self.request("-subj", "/CN=node1", "-addext", "basicConstraints=critical,CA:TRUE")
        #expect(self.refusal(request).contains("CA:TRUE"))
    }

    @Test func injectedAndDoubledNamesAreRefused() async throws {
        #expect(self.refusal(try await self.request("-subj", "/CN=broker\\/CN=admin")).contains("several parts"))
        #expect(self.refusal(try await self.request("-subj", "/CN=broker/CN=admin")).contains("2 common names"))
        #expect(throws: AuthorityError.self) { try HostName("broker/CN=admin/OU=x") }
        #expect(throws: AuthorityError.self) { try HostName("broker,O=server") }
    }

    @Test func aServersRequestIsNoClients() async throws {
        #expect(self.refusal(try await self.request("-subj", "/O=server/CN=broker")).contains("made for a server"))
    }

    @Test func weakAndOddKeysAreRefused() async throws {
        #expect(
            self.refusal(
                try await self.request("-subj", "/CN=a", "-newkey", "rsa:1024", "-nodes", "-keyout", "/dev/null")
            ).contains("1024")
        )
        let odd = self.site.directory.file("odd.key")
        for options in [["ec_paramgen_curve:secp256k1"], ["ec_paramgen_curve:P-256", "ec_param_enc:explicit"]] {
            let flags = options.flatMap { ["-pkeyopt", $0] }
            _ = try await Tool.run("openssl", ["genpkey", "-algorithm", "EC", "-out", odd] + flags)
            #expect(
                self.refusal(try await self.request("-subj", "/CN=a", "-key", odd)).contains("a kind we do not sign")
            )
        }
        #expect(self.refusal(try await self.request("-subj", "/CN=a", "-sha1")).contains("SHA-256"))
    }

    @Test func aTamperedRequestIsRefused() async throws {
        let request = try await self.request("-subj", "/CN=node1")
        var bytes = request.pem
        let text = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        var last = Array(text[text.count - 2])
        last[0] = last[0] == "A" ? "B" : "A"
        bytes = Array((text.dropLast(2) + [String(last)] + text.suffix(1)).joined(separator: "\n").utf8)
        let result = Result { try CertificateRequest(bytes: bytes, from: "req.pem") }
        switch result {
        case .success(let tampered): #expect(self.refusal(tampered).contains("signature"))
        case .failure(let error): #expect("\(error)".contains("no certificate request"))
        }
        #expect(throws: AuthorityError.self) { try CertificateRequest(bytes: Array("nonsense".utf8), from: "x") }
    }

    @Test func longHostNamesLiveInTheAlternativeName() throws {
        let long = String(repeating: "a", count: 50) + "." + String(repeating: "b", count: 30) + ".example.com"
        let issued = try self.site.issue(.server, long)
        #expect(issued.certificate.subject.commonName == String(repeating: "a", count: 50))
        #expect(issued.certificate.alternativeNames == [.dns(long)])
    }

    @Test func aCertificateNeverOutlivesItsAuthority() throws {
        let identity = Identity(.client, host: try HostName("node1"))
        var order = SigningOrder(.client)
        order.lifetime = .days(36_500)
        let plan = try self.site.authority.plan(identity, key: .generate(.p256), order)
        #expect(plan.notAfter == self.site.authority.certificate.notAfter)
        #expect(plan.notices.contains { $0.contains("ends with the authority's certificate") })
    }

    @Test func aCertificateBeginsFiveMinutesBack() throws {
        let identity = Identity(.client, host: try HostName("node1"))
        for (seconds, back) in [(0, 0), (7200, 300)] {
            let now = self.site.authority.certificate.notBefore + seconds
            let authority = try Authority(base: self.site.base, clock: { now })
            let plan = try authority.plan(identity, key: .generate(.p256), SigningOrder(.client))
            // Never before the authority's own beginning.
            #expect(plan.notBefore == now + -back)
        }
    }

    @Test func anAuthorityThatHasEndedSignsNothing() throws {
        let site = self.site
        let issued = try site.issue(.client, "node1").certificate
        let end = site.authority.certificate.notAfter
        let late = try Authority(base: site.base, clock: { end + 1 })
        let identity = Identity(.client, host: try HostName("node1"))
        let signing = #expect(throws: AuthorityError.self) {
            try late.plan(identity, key: .generate(.p256), SigningOrder(.client))
        }
        #expect(signing?.code == .refused && signing?.advice?.contains("init --renew") == true)
        let entry = try late.findOne("\(issued.serial)", in: [.valid, .expired])
        #expect(throws: AuthorityError.self) { try late.renew(entry, key: site.key) }
        #expect(throws: AuthorityError.self) { try late.writeRevocationList(key: site.key) }
    }

    @Test func aClockBeforeTheAuthorityIsNoticed() throws {
        let early = try Authority(base: self.site.base, clock: { .now + -86_400 })
        let identity = Identity(.client, host: try HostName("node1"))
        #expect(throws: AuthorityError.self) { try early.plan(identity, key: .generate(.p256), SigningOrder(.client)) }
    }
}
