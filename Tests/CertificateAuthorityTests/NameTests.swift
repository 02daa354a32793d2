import CertificateAuthority
import TestSupport
import Testing

/// Names: what may be signed, how they are kept and found, and how they are printed.
struct NameTests {
    private let site: Site

    init() throws { self.site = try Site() }

    private func run(_ arguments: String...) async throws -> Outcome {
        try await Tool.run(Tool.program, arguments + ["--base-directory", self.site.base])
    }

    private func request(_ commonName: String, _ names: [SubjectAlternativeName] = []) throws -> CertificateRequest {
        let subject = DistinguishedName([.init("O", "client"), .init("CN", commonName)])
        return try CertificateRequest(subject: subject, alternativeNames: names, key: .generate(.p256))
    }

    private func sign(_ commonName: String, _ names: [SubjectAlternativeName]) throws -> Certificate {
        var order = SigningOrder(.client)
        order.acceptsRequestedNames = true
        let plan = try self.site.authority.plan(self.request(commonName, names), order, from: "req.pem")
        return try self.site.authority.sign(plan, key: self.site.key)
    }

    /// What is no host name, URI or mail address, in a request as in an option.
    @Test(arguments: [
        SubjectAlternativeName.dns(""), .dns("web evil.example.com"), .dns("web'$(id)`.example.com"),
        .dns("web/../../etc/x.example.com"), .dns("web..example.com"), .dns("web,DNS:broker.example.com"),
        .dns("web\u{0}.example.com"), .dns("web\n.example.com"), .dns("-web.example.com"), .dns("*"),
        .dns("*.*.example.com"),
        .dns("w*.example.com"), .dns("web.example.com."), .dns("端末.example.com"), .uri("no colon"), .uri("x: y"),
        .email("nobody"),
    ])
    func whatIsNoNameIsRefused(_ name: SubjectAlternativeName) throws {
        let error = #expect(throws: AuthorityError.self) { try self.sign("node1", [.dns("node1"), name]) }
        #expect(error?.code == .refused)
        #expect(throws: AuthorityError.self) { try SubjectAlternativeName("\(name)") }
    }

    /// The system's reader of addresses ends at a zero byte, and what stands behind it would go on unseen.
    @Test(arguments: ["192.0.2.1", "2001:db8::1"])
    func nothingHidesBehindAnAddress(_ address: String) throws {
        #expect(IPAddress(address) != nil)
        for text in ["\(address)\u{0}", "\(address)\u{0}.example.com"] {
            #expect(IPAddress(text) == nil)
            #expect(throws: AuthorityError.self) { try HostName(text) }
            #expect(throws: AuthorityError.self) { try SubjectAlternativeName("IP:\(text)") }
        }
    }

    /// Controls of terminals, lines and writing directions.
    @Test(arguments: ["\u{202E}moc", "\u{85}", "\u{9B}31m", "\u{2028}", "\u{200B}", "\u{7}", "\u{7F}"])
    func whatCannotBeSeenIsRefused(_ text: String) throws {
        #expect(throws: AuthorityError.self) { try self.sign("node1\(text)", [.dns("node1")]) }
        #expect(throws: AuthorityError.self) {
            try Authority.initialize(NewAuthority(name: "CA\(text)"), base: self.site.directory.file("new"))
        }
        let error = AuthorityError(.input, "reading \(text)", "of no reason")
        #expect(text == "\u{200B}" || error.description != "reading \(text) failed: of no reason")
    }

    /// A name that looks like several in a list is one.
    @Test func aCommaInANameIsNoFurtherName() throws {
        let foreign = try self.sign("other", [.dns("other"), .uri("x:y,DNS:broker.example.com")])
        let broker = try self.site.issue(.server, "broker.example.com").certificate
        let found = try self.site.authority.find("broker.example.com")
        #expect(found.map(\.row.serial) == [broker.serial])
        let names = try self.site.authority.findOne("other", in: [.valid]).details.alternativeNames
        #expect(names == [.dns("other"), .uri("x:y,DNS:broker.example.com")])
        #expect(try self.site.authority.find("URI:x:y,DNS:broker.example.com").map(\.row.serial) == [foreign.serial])
        // As the first releases wrote it.
        let details = self.site.authority.layout.details
        let line = "\(foreign.serial)\tprofile=client\tnames=DNS:other,URI:x:y,DNS:broker.example.com\n"
        try OperatorFile(details).write(contents(of: details) + Array(line.utf8), mode: 0o600, force: true)
        #expect(try self.site.authority.find("broker.example.com").map(\.row.serial) == [broker.serial])
    }

    @Test(arguments: [
        "node1.example.com", "DNS:NODE1.example.com", "192.0.2.1", "IP:192.0.2.1", "2001:db8:0::1", "URI:spiffe://x/y",
        "ops@example.com",
    ])
    func aNameIsFoundWithAndWithoutItsType(_ text: String) throws {
        let names = try ["IP:192.0.2.1", "IP:2001:db8::1", "URI:spiffe://x/y", "email:ops@example.com"].map {
            try SubjectAlternativeName($0)
        }
        let certificate = try self.sign("node1.example.com", [.dns("node1.example.com")] + names)
        #expect(try self.site.authority.find(text).map(\.row.serial) == [certificate.serial])
        // The end of a name is not the name.
        #expect(throws: AuthorityError.self) { try self.site.authority.find("//x/y") }
    }

    @Test func aNameBeyondASCIIIsFoundAndItsUserIsNamed() async throws {
        let certificate = try self.sign("端末1.example.com", [.dns("node1.example.com")])
        let shown = try await self.run("show", "端末1.example.com")
        #expect(shown.isGood && shown.output.contains("\(certificate.serial)"), "\(shown.text)")
        #expect(try await self.run("list").output.contains("端末1.example.com"))
        let revoked = try await self.run("revoke", "端末1.example.com")
        #expect(revoked.output.contains("close_all_user_connections '端末1.example.com'"), "\(revoked.text)")
    }

    /// A line that is pasted runs nothing but what it says.
    @Test(arguments: ["a'b", "x'$(touch PWNED)'", "v h", "`id`", "$HOME"])
    func printedCommandsAreQuoted(_ name: String) async throws {
        _ = try self.sign(name, [.dns("node1.example.com")])
        let shown = try await self.run("show", "node1.example.com", "--rabbitmq-user")
        let printed = try await Tool.run(
            Tool.program,
            ["broker-config", "--arm", name, "--server", name, "--vhost", name, "--crl"]
        )
        let lines = (shown.output + printed.errors).split(separator: "\n").map { $0.drop { $0 == " " } }
        let commands = lines.filter { $0.hasPrefix("rabbitmqctl ") }
        #expect(commands.count >= 6)
        // A rabbitmqctl that says what it was called with, each word on its line.
        let bin = self.site.directory.file("bin")
        try Command.run("mkdir", ["-p", bin])
        try OperatorFile("\(bin)/rabbitmqctl").write(
            Array("#!/bin/sh\nprintf '%s\\n' \"$@\"\n".utf8),
            mode: 0o755,
            force: true
        )
        let script = "cd '\(bin)'; PATH=\(bin):/usr/bin:/bin\n" + commands.joined(separator: "\n")
        let outcome = try await Tool.run("sh", ["-c", script])
        let words = outcome.output.split(separator: "\n").map(String.init)
        #expect(outcome.isGood && words.contains(name), "\(script)\n\(outcome.text)")
        #expect(!OperatorFile("\(bin)/PWNED").exists)
        for (index, word) in words.enumerated() where word == "-p" { #expect(words[index + 1] == name) }
    }

    @Test func theCheckForListsBearsTwoOfThem() throws {
        let lists = self.site.directory.file("tls with blank/crl")
        var configuration = BrokerConfiguration()
        try configuration.setDirectory(self.site.directory.file("tls with blank"))
        configuration.usesRevocationLists = true
        let command = try #require(configuration.commands.first { $0.hasPrefix("find ") })
        func isGood() throws -> Bool {
            try Command.run("sh", ["-c", "if \(command)\nthen echo yes; else echo no; fi"]) == "yes\n"
        }
        try Command.run("mkdir", ["-p", lists])
        #expect(try !isGood())
        for number in 0..<2 {
            try OperatorFile("\(lists)/0a1b2c3d.r\(number)").write([1])
            #expect(try isGood())
        }
    }

    @Test(arguments: [
        ["--port", "0"], ["--port", "99999"], ["--directory", "a\"b"], ["--directory", "/a\"b"],
        ["--directory", "/a\nb"],
    ])
    func settingsThatWouldBreakTheConfigurationAreRefused(_ options: [String]) async throws {
        let outcome = try await Tool.run(Tool.program, ["broker-config"] + options)
        #expect(!outcome.isGood && outcome.output.isEmpty, "\(outcome.text)")
    }

    /// RabbitMQ takes the first name of the type DNS, wherever it stands.
    @Test func theUserByAlternativeNameIsTheFirstDNSName() async throws {
        try self.site.issue(.client, "192.0.2.7", names: ["DNS:second.example.com"])
        let shown = try await self.run("show", "192.0.2.7", "--json")
        #expect(shown.output.contains(#""subject_alternative_name":"second.example.com""#), "\(shown.text)")
    }

    @Test func aClockBeyond2049IsNamed() throws {
        let late = Timestamp(seconds: Timestamp.lastUTCTime.seconds + 400 * 86_400)
        let base = self.site.directory.file("late")
        let error = #expect(throws: AuthorityError.self) {
            try Authority.initialize(NewAuthority(), base: base, clock: { late })
        }
        #expect(error?.advice?.contains("clock") == true)
        #expect(!Authority.exists(base: base))
    }

    /// The number of the latest list, the counter beside it, and the number that the next list gets after a repair.
    @Test(arguments: [("05", "FFFF", "FFFF"), ("05", String(repeating: "F", count: 64), "06"), ("05", "01", "06")])
    func aCounterThatIsStuckIsMended(_ latest: String, _ counter: String, _ next: String) throws {
        let layout = self.site.authority.layout
        func set(_ text: String) throws {
            try OperatorFile(layout.revocationListNumber).write(Array("\(text)\n".utf8), force: true)
        }
        try set(latest)
        _ = try self.site.authority.writeRevocationList(key: self.site.key)
        try set(counter)
        #expect(!(try Doctor(base: self.site.base, repair: true)).hasErrors)
        #expect(try self.site.authority.writeRevocationList(key: self.site.key).number?.description == next)
    }

    @Test func aPassphraseFileOfWindowsOpensTheKey() async throws {
        let base = self.site.directory.file("sealed")
        let unix = try self.site.directory.write("correct horse\n", to: "unix")
        let windows = try self.site.directory.write("correct horse\r\n", to: "windows")
        for (making, opening) in [(unix, windows), (windows, unix)] {
            let place = "\(base)\(making == unix ? 1 : 2)"
            let made = try await Tool.hatoholCA("init", "--base-directory", place, "--passphrase-file", making)
            try #require(made.isGood, "\(made.text)")
            let list = try await Tool.hatoholCA("crl", "--base-directory", place, "--passphrase-file", opening)
            #expect(list.isGood, "\(list.text)")
        }
        // As the first releases made it, where the carriage return counted.
        let key = "\(base)1/CA/private/ca-key.pem"
        let open = try PrivateKey(pem: contents(of: key), passphrase: Passphrase("correct horse".utf8), from: key)
        try OperatorFile(key).write(
            open.pem(encryptedWith: Passphrase("correct horse\r".utf8)),
            mode: 0o600,
            force: true
        )
        let list = try await Tool.hatoholCA("crl", "--base-directory", "\(base)1", "--passphrase-file", windows)
        #expect(list.isGood, "\(list.text)")
    }
}
