import CertificateAuthority
import TestSupport
import Testing

/// Each defect is named, left alone unless asked, and mended.
struct DoctorTests {
    private static let defects: [(damage: String, words: String)] = [
        ("chmod 644 private/ca-key.pem", "others could read"),
        ("rm crlnumber", "number of revocation lists"), ("echo 01 > crlnumber", "number of revocation lists"),
        ("echo nothing > crlnumber", "number of revocation lists"),
        ("rm serial", "no number"), ("echo x > serial", "no number"),
        ("echo 'unique_subject = yes' > index.txt.attr", "subjects had to be unique"),
        ("rm index.txt.attr", "subjects had to be unique"), ("truncate -s -1 index.txt", "no line feed"),
        ("sed -i 's/$/\\r/' index.txt", "line 1 had a carriage return"), ("echo >> index.txt", "line 3 was blank"),
        ("sed -i '1i# a remark' index.txt", "line 1 was a comment"), ("sed -i 1d index.txt", "had no record"),
        ("rm index.txt", "it is missing"), ("mv index.txt index.txt.old", "it is missing"),
        ("cp index.txt index.txt.new", "index.txt.new"), ("cp serial serial.new", "serial.new"),
        ("touch -d '1 hour ago' private/ca-key.pem.tmp.4711", "left behind"),
        ("mkdir ../.new-authority.tmp.0a && touch -d '1 hour ago' ../.new-authority.tmp.0a", "left behind"),
        ("rm ../ca-cert.pem", "the link beside openssl.cnf was missing"),
    ]

    @Test func aDirectoryThatIsNotThereIsNamed() {
        let error = #expect(throws: AuthorityError.self) { try Doctor(base: "/nonexistent/ca", repair: true) }
        #expect(error?.advice?.contains("hatohol-ca init") == true)
    }

    @Test(arguments: [
        (["-v2", "aes256", "-v2prf", "hmacWithSHA256", "-iter", "600000"], nil),
        (["-v2", "aes256", "-v2prf", "hmacWithSHA256", "-iter", "599999"], "AES-256-CBC, PBKDF2 599999"),
        (["-v2", "aes128", "-v2prf", "hmacWithSHA256", "-iter", "600000"], "aes-128-cbc, PBKDF2 600000"),
        (["-v2", "aes256", "-scrypt"], nil),
        (["-v2", "aes256", "-scrypt", "-scrypt_N", "8192"], "AES-256-CBC, scrypt 8192"),
    ])
    func weakEncryptionOfTheKeyIsNamed(_ options: [String], _ weakness: String?) async throws {
        let site = try Site()
        let key = site.authority.layout.key
        let sealed = site.directory.file("sealed.pem")
        let outcome = try await Tool.run(
            "openssl",
            ["pkcs8", "-topk8", "-in", key, "-out", sealed, "-passout", "pass:correct horse"] + options
        )
        try #require(outcome.isGood, "\(outcome.text)")
        try OperatorFile(key).write(contents(of: sealed), mode: 0o600, force: true)
        let finding = try #require(Doctor(base: site.base, repair: false).findings.first { $0.subject == "key" })
        #expect(finding.level == (weakness == nil ? .good : .warning), "\(finding)")
        #expect(finding.text.contains(weakness ?? "encrypted: AES-256-CBC"), "\(finding)")
    }

    @Test(arguments: Self.defects)
    func aDefectIsMended(_ damage: String, _ words: String) throws {
        let site = try Site()
        try site.issue(.client, "node1")
        let node2 = try site.issue(.server, "node2").certificate
        for _ in 0..<2 { _ = try site.authority.writeRevocationList(key: site.key) }
        let place = site.authority.layout.directory
        func examine(repair: Bool) throws -> [Doctor.Finding] {
            // That the key is open is an operator's choice.
            try Doctor(base: site.base, repair: repair).findings.filter {
                $0.level != .good && !$0.text.contains("not encrypted")
            }
        }
        #expect(try examine(repair: false).isEmpty)
        try Command.run("sh", ["-c", "cd '\(place)' && \(damage)"])
        func everything() throws -> String {
            try Command.run("sh", ["-c", "cd '\(place)' && find . -type f -printf '%p %m %s %T@\n' | sort"])
        }
        let damaged = try everything()
        let found = try examine(repair: false)
        #expect(found.contains { $0.text.contains(words) && $0.level != .repaired }, "\(found)")
        #expect(try everything() == damaged)
        let mended = try examine(repair: true)
        #expect(mended.contains { $0.text.contains(words) && $0.level == .repaired }, "\(mended)")
        #expect(try examine(repair: false).isEmpty)
        // What is left works: records, numbers that rise, and the mode of the key.
        #expect(try site.authority.entries().map(\.row.serial).contains(node2.serial))
        #expect(try site.authority.entries().count == 2)
        let list = try site.authority.writeRevocationList(key: site.key)
        #expect(try ["03", "04"].contains(#require(list.number).description))
        #expect(try Command.run("stat", ["-c", "%a", site.authority.layout.key]) == "600\n")
    }
}
