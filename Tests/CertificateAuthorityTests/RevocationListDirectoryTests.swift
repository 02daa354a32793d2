import CertificateAuthority
import TestSupport
import Testing

/// One list for each authority where OpenSSL and Erlang look them up by the hash of a name alone.
struct RevocationListDirectoryTests {
    private let directory: TemporaryDirectory
    private let authority: Authority
    private let key: PrivateKey
    /// Lists of another authority with the same name.
    private let foreign: [RevocationList]
    private var place: String { self.directory.file("crl") }

    init() throws {
        let directory = try TemporaryDirectory()
        func make(_ place: String) throws -> Authority {
            var new = NewAuthority(name: "Example CA")
            new.keyType = .p256
            return try Authority.initialize(new, base: directory.file(place))
        }
        self.directory = directory
        self.authority = try make("own")
        self.key = try self.authority.key(nil)
        let other = try make("other")
        self.foreign = try (0..<2).map { _ in try other.writeRevocationList(key: other.key(nil)) }
    }

    private func letter(_ path: String) throws -> String {
        guard let list = try? RevocationList(bytes: contents(of: path), from: path) else { return "x" }
        let number = list.number?.description.last.map { "\($0)" } ?? ""
        return (list.isSigned(by: self.authority.certificate) ? "own" : "foreign") + number
    }

    /// What lies there before and after, in the order of the numbers; `-` is a missing number.
    @Test(arguments: [
        ("", "own2"), ("own1", "own2"), ("foreign1", "foreign1 own2"), ("own1 foreign1", "own2 foreign1"),
        ("foreign1 own1", "foreign1 own2"), ("own1 own1 foreign1", "own2 foreign1"),
        ("own1 foreign1 own1 foreign2", "own2 foreign1 foreign2"), ("- foreign1", "own2 foreign1"),
        ("foreign1 - own1", "foreign1 own2"), ("- - own1", "own2"), ("x", "own2"), ("foreign1 x", "foreign1 own2"),
        ("x own1 foreign2", "own2 foreign2"),
    ])
    func noListOfAnotherAuthorityIsTouched(_ before: String, _ after: String) throws {
        let first = try self.authority.writeRevocationList(key: self.key)
        let second = try self.authority.writeRevocationList(key: self.key)
        let name = first.hashName
        for (number, content) in before.split(separator: " ").enumerated() where content != "-" {
            let bytes =
                switch content {
                case "own1": first.pem
                case "foreign1": self.foreign[0].pem
                case "foreign2": self.foreign[1].pem
                default: Array("no list\n".utf8)
                }
            try Command.run("mkdir", ["-p", self.place])
            try OperatorFile("\(self.place)/\(name).r\(number)").write(bytes)
        }
        let path = try self.authority.install(second, into: self.place)
        let files = try Command.run("ls", [self.place]).split(separator: "\n").filter { !$0.hasSuffix(".old") }
        #expect(files.map(String.init) == (0..<files.count).map { "\(name).r\($0)" })
        let found = try files.map { try self.letter("\(self.place)/\($0)") }
        #expect(found.joined(separator: " ") == after)
        #expect(try contents(of: path) == second.pem)
    }

    @Test func anOlderListDoesNotReplaceANewerOne() throws {
        let first = try self.authority.writeRevocationList(key: self.key)
        let path = try self.authority.install(self.authority.writeRevocationList(key: self.key), into: self.place)
        let newer = try contents(of: path)
        let error = #expect(throws: AuthorityError.self) { try self.authority.install(first, into: self.place) }
        #expect(error?.code == .refused)
        #expect(try contents(of: path) == newer)
    }

    /// Names are equal to peers whatever their case and blanks.
    @Test(arguments: ["Example CA", "EXAMPLE  ca ", "example ca"])
    func aNewRootHasANameOfItsOwn(_ name: String) throws {
        let error = #expect(throws: AuthorityError.self) {
            try Rollover(self.authority).prepare(NewAuthority(name: name), key: self.key)
        }
        #expect(error?.code == .refused && error?.reason.contains("Example CA") == true)
        #expect(!OperatorFile(self.authority.layout.next).exists)
    }

    @Test func anAuthorityBelowHasANameOfItsOwn() throws {
        let request = try CertificateRequest(
            subject: DistinguishedName([.init("CN", "example CA")]),
            alternativeNames: [],
            key: .generate(.p256)
        )
        let error = #expect(throws: AuthorityError.self) {
            try self.authority.plan(request, SigningOrder(.ca), from: "req.pem")
        }
        #expect(error?.code == .refused)
    }

    /// Made ten days ahead, as by a clock that was wrong.
    @Test func aListFromTheFutureIsNotGood() throws {
        let ahead = try Authority(base: self.authority.layout.base, clock: { .now + 10 * 86_400 })
        let list = try ahead.writeRevocationList(key: self.key)
        #expect(try self.authority.whyNewListIsNeeded()?.contains("begins") == true)
        #expect(throws: AuthorityError.self) { try self.authority.install(list, into: self.place) }
        let doctor = try Doctor(base: self.authority.layout.base, repair: false)
        #expect(doctor.findings.contains { $0.subject == "revocation list" && $0.level != .good }, "\(doctor.findings)")
    }

    /// How old the list of 30 days is, within how many days it must end to count, and whether it does.
    @Test(arguments: [
        (0, 30, false), (14, 30, false), (16, 30, true), (40, 30, true), (16, 5, false), (26, 5, true), (100, 1, true),
    ])
    func anEndingListIsWarnedOf(_ age: Int, _ within: Int, _ counts: Bool) throws {
        _ = try self.authority.writeRevocationList(key: self.key)
        let later = try Authority(base: self.authority.layout.base, clock: { .now + age * 86_400 })
        #expect((try later.endingList(within: .days(within)) != nil) == counts)
    }

    @Test func expiringSaysThatTheListHasEnded() async throws {
        let site = try Site(clock: { .now + -100 * 86_400 })
        _ = try site.authority.writeRevocationList(key: site.key)
        let outcome = try await Tool.hatoholCA("expiring", "--within", "30", "--base-directory", site.base)
        #expect(
            outcome.status == 2 && outcome.output.contains("revocation list in \(site.base) ended at"),
            "\(outcome.text)"
        )
    }
}
