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
        let atFirst = try verify()
        #expect(atFirst.isGood == before, "\(atFirst)")
        let serial = chain.issuing.certificate.serial
        _ = try chain.root.authority.revoke([serial], reason: .caCompromise, key: chain.root.key)
        let revoked = try verify()
        #expect(revoked.isGood == after, "\(revoked)")
    }

    /// An end certificate that the openssl command signs as it is told.
    private struct Odd: CustomTestStringConvertible {
        var name: String
        var serial = "0x4CA20731"
        var extensions =
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
        var names = "DNS:node1.example.com"
        var identifiers = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always\n"
        var key = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        /// What makes it good although it is odd; nil when nothing does.
        var deviation: (@Sendable (inout VerificationOptions) -> Void)? = { $0.isStrict = false }
        var testDescription: String { self.name }

        func sign(by site: Site) async throws -> Certificate {
            let path = site.directory.file(uniqueName("odd"))
            let names = self.names.isEmpty ? "" : "subjectAltName=\(self.names)\n"
            try OperatorFile("\(path).cnf").write(Array((self.extensions + names + self.identifiers).utf8))
            let requested = try await Tool.run(
                "openssl",
                [
                    "req", "-new", "-nodes", "-newkey", self.key[0], "-keyout", "\(path).key", "-out", "\(path).csr",
                    "-subj",
                    "/CN=node1.example.com",
                ] + self.key.dropFirst()
            )
            try #require(requested.isGood, "\(requested.text)")
            let isEmpty = self.extensions.isEmpty
            let signed = try await Tool.run(
                "openssl",
                [
                    "x509", "-req", "-in", "\(path).csr", "-CA", site.root, "-CAkey", site.authority.layout.key,
                    "-set_serial", self.serial, "-days", "30", "-out", "\(path).pem",
                ] + (isEmpty ? [] : ["-extfile", "\(path).cnf"])
            )
            try #require(signed.isGood, "\(signed.text)")
            return try Certificate(bytes: contents(of: "\(path).pem"), from: self.name)
        }
    }

    private static let plain = Odd(name: "plain")

    private static func odd(_ name: String, _ change: (inout Odd) -> Void) -> Odd {
        var odd = Odd(name: name)
        change(&odd)
        return odd
    }

    private static let odds: [Odd] = [
        odd("a serial number of zero") { $0.serial = "0" }, odd("a negative serial number") { $0.serial = "-5" },
        odd("a serial number of 21 octets") { $0.serial = "0x" + String(repeating: "4C", count: 21) },
        odd("a serial number of 20 octets with the first bit set") {
            $0.serial = "0x" + String(repeating: "AC", count: 20)
        },
        odd("no authority key identifier") {
            $0.identifiers = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=none\n"
        },
        odd("the authority key identifier of another key") {
            let digits = String(repeating: "4c", count: 20)
            $0.identifiers = "subjectKeyIdentifier=hash\n2.5.29.35=DER:30168014\(digits)\n"
            $0.deviation = nil
        },
        odd("an authority as a host") {
            $0.extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,digitalSignature\n"
        },
        odd("version 1") {
            $0.extensions = ""
            $0.deviation = {
                $0.isStrict = false
                $0.acceptsCommonName = true
            }
        }, odd("a weak RSA key") { $0.key = ["rsa:1024"] },
        odd("a weak curve") { $0.key = ["ec", "-pkeyopt", "ec_paramgen_curve:prime192v1"] },
        odd("name constraints in an end certificate") {
            $0.extensions += "nameConstraints=critical,permitted;DNS:example.com\n"
        },
        odd("a common name alone") {
            $0.names = ""
            $0.deviation = { $0.acceptsCommonName = true }
        },
        odd("a wildcard inside a label") {
            $0.names = "DNS:node*.example.com"
            $0.deviation = nil
        },
        odd("the other purpose") {
            $0.extensions =
                $0.extensions.split(separator: "\n").dropLast().joined(separator: "\n")
                + "\nextendedKeyUsage=clientAuth\n"
            $0.deviation = nil
        },
    ]

    private func verify(
        _ certificate: Certificate,
        _ site: Site,
        _ change: (inout VerificationOptions) -> Void
    ) throws
        -> Verification
    {
        var options = VerificationOptions(trusted: [site.authority.certificate])
        options.purpose = .server
        options.host = try HostName("node1.example.com")
        change(&options)
        return try Verification(certificate, options)
    }

    @Test func whatIsOddIsRefused() async throws {
        let site = try Site()
        let good = try await Self.plain.sign(by: site)
        #expect(try self.verify(good, site) { _ in }.reason == nil)
        for odd in Self.odds {
            let certificate = try await odd.sign(by: site)
            let verification = try self.verify(certificate, site) { _ in }
            #expect(!verification.isGood && verification.reason != nil, "\(odd.name)")
            guard let deviation = odd.deviation else { continue }
            #expect(try self.verify(certificate, site, deviation).reason == nil, "\(odd.name)")
        }
    }

    @Test func aWildcardForAWholeLabelIsGood() async throws {
        let site = try Site()
        let certificate = try await Self.odd("a wildcard") { $0.names = "DNS:*.example.com" }.sign(by: site)
        #expect(try self.verify(certificate, site) { _ in }.reason == nil)
    }

    @Test func aWeakRootIsRefused() async throws {
        let directory = try TemporaryDirectory()
        let (root, key) = (directory.file("root.pem"), directory.file("root.key"))
        let config = try directory.write(
            """
            [req]
            distinguished_name = subject
            x509_extensions = extensions
            prompt = no
            [subject]
            CN = Weak
            [extensions]
            basicConstraints = critical, CA:TRUE
            keyUsage = critical, keyCertSign
            subjectKeyIdentifier = hash
            """,
            to: "config"
        )
        let made = try await Tool.run(
            "openssl",
            ["req", "-x509", "-config", config, "-newkey", "rsa:1024", "-nodes", "-keyout", key, "-out", root]
        )
        try #require(made.isGood, "\(made.text)")
        let site = try Site()
        let leaf = directory.file("leaf.pem")
        let request = try Identity(.server, host: HostName("node1.example.com")).request(key: .generate(.p256))
        try OperatorFile(directory.file("req.pem")).write(request.pem)
        try directory.write("subjectAltName=DNS:node1.example.com\nauthorityKeyIdentifier=keyid\n", to: "ext")
        let signed = try await Tool.openssl(
            "x509",
            "-req",
            "-in",
            directory.file("req.pem"),
            "-CA",
            root,
            "-CAkey",
            key,
            "-extfile",
            directory.file("ext"),
            "-out",
            leaf
        )
        try #require(signed.isGood, "\(signed.text)")
        let certificate = try Certificate(bytes: contents(of: leaf), from: leaf)
        let trusted = try Certificate(bytes: contents(of: root), from: root)
        #expect(try self.verify(certificate, site) { $0.trusted = [trusted] }.reason?.contains("key too weak") == true)
        #expect(
            try self.verify(certificate, site) {
                $0.trusted = [trusted]
                $0.isStrict = false
            }.reason == nil
        )
    }

    /// A client with the file of an authority that is no root finds no end of the chain.
    @Test func onlyARootEndsTheChain() throws {
        let chain = try Chain(leaf: .server)
        func verify(
            _ trusted: [Certificate],
            _ change: (inout VerificationOptions) -> Void = { _ in }
        ) throws -> Verification {
            try self.verify(chain.leaf, chain.root) {
                $0.trusted = trusted
                change(&$0)
            }
        }
        let root = chain.root.authority.certificate
        #expect(try verify([chain.issuing.certificate, root]).reason == nil)
        #expect(try verify([chain.issuing.certificate]).reason?.contains("unable to get issuer certificate") == true)
        #expect(try verify([chain.issuing.certificate]) { $0.acceptsPartialChain = true }.reason == nil)
    }

    @Test func aListWithoutANumberIsRefused() async throws {
        let site = try Site()
        let certificate = try site.issue(.server, "node1.example.com").certificate
        let script = """
            import datetime, sys
            from cryptography import x509
            from cryptography.hazmat.primitives import hashes, serialization
            root = x509.load_pem_x509_certificate(open(sys.argv[1], "rb").read())
            key = serialization.load_pem_private_key(open(sys.argv[2], "rb").read(), None)
            now = datetime.datetime.utcnow()
            list = x509.CertificateRevocationListBuilder().issuer_name(root.subject).last_update(now)
            list = list.next_update(now + datetime.timedelta(days=1)).add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
            open(sys.argv[3], "wb").write(list.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
            """
        let file = site.directory.file("list.pem")
        let made = try await Tool.python(script, [site.root, site.authority.layout.key, file])
        try #require(made.isGood, "\(made.text)")
        let list = try RevocationList(bytes: contents(of: file), from: file)
        let numbered = try site.authority.writeRevocationList(key: site.key)
        #expect(try self.verify(certificate, site) { $0.revocationLists = [numbered] }.reason == nil)
        #expect(
            try self.verify(certificate, site) { $0.revocationLists = [list] }.reason?.contains("no number") == true
        )
    }

    /// Each deviation has an option.
    @Test func theProgramHasAnOptionForEachDeviation() async throws {
        let chain = try Chain(leaf: .server)
        let issuing = try chain.root.directory.write(
            String(decoding: chain.issuing.certificate.pem, as: UTF8.self),
            to: "issuing.pem"
        )
        let leaf = chain.root.directory.file("leaf.pem")
        try OperatorFile(leaf).write(chain.leaf.pem)
        let plain = try await Self.odd("by name") { $0.names = "" }.sign(by: chain.root)
        let named = chain.root.directory.file("named.pem")
        try OperatorFile(named).write(plain.pem)
        let zero = chain.root.directory.file("zero.pem")
        try OperatorFile(zero).write(try await Self.odd("zero") { $0.serial = "0" }.sign(by: chain.root).pem)
        for (file, trusted, option) in [
            (leaf, issuing, "--partial-chain"), (named, chain.root.root, "--common-name"),
            (zero, chain.root.root, "--lenient"),
        ] {
            let arguments = [
                "verify", file, "--ca", trusted, "--host-name", "node1.example.com", "--purpose", "server",
            ]
            let strict = try await Tool.run(Tool.program, arguments)
            #expect(strict.status == 1, "\(option): \(strict.text)")
            let less = try await Tool.run(Tool.program, arguments + [option])
            #expect(less.isGood, "\(option): \(less.text)")
        }
    }
}
