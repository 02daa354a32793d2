import CertificateAuthority
import TestSupport
import Testing

/// Killed at any system call that changes something, the directory stays one that both tools read.
struct CrashTests {
    enum Operation: String, CaseIterable, Sendable { case issue, sign, renew, revoke, crl }

    /// The calls that change a file; between two of them nothing happens that a crash could show.
    private static let calls = [
        "write", "pwrite64", "fsync", "fchmod", "rename", "link", "unlink", "ftruncate", "mkdir", "symlink",
    ]

    @Test(arguments: Operation.allCases)
    func killedAtEverySystemCall(_ operation: Operation) async throws {
        let site = try Site()
        try site.issue(.server, "first.example.com")
        let request = try Identity(.client, host: HostName("node1.example.com")).request(key: .generate(.p256))
        try OperatorFile(site.directory.file("req.pem")).write(request.pem)
        var killed = 0
        for call in Self.calls {
            for count in 1...100 {
                let victim = try site.issue(.client, "victim.example.com").certificate.serial
                let before = try site.authority.index().rows.count
                // strace counts the calls of each kind for itself.
                let outcome = try await Tool.run(
                    "strace",
                    [
                        "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                        "inject=\(call):signal=KILL:when=\(count)",
                    ]
                        + [Tool.program] + self.arguments(operation, site, victim, "\(call)\(count)")
                )
                if outcome.isGood { break }
                killed += 1
                try await self.expectWhole(site, before: before, "\(operation) killed at \(call) \(count)")
            }
        }
        #expect(killed >= 10, "the calls were not found: strace is missing or sees other ones")
        let doctor = try Doctor(base: site.base, repair: true)
        #expect(!doctor.hasErrors, "\(doctor.findings)")
    }

    private func arguments(_ operation: Operation, _ site: Site, _ victim: SerialNumber, _ mark: String) -> [String] {
        let base = ["--base-directory", site.base]
        return switch operation {
        case .issue:
            ["issue", "client", "--host-name", "new\(mark)", "--output-directory", site.directory.file("out\(mark)")]
                + base
        case .sign:
            ["sign", "client", site.directory.file("req.pem"), "--out", site.directory.file("out\(mark)")] + base
        case .renew: ["renew", "\(victim)", "--out", site.directory.file("out\(mark)")] + base
        case .revoke: ["revoke", "\(victim)", "--reason", "keyCompromise"] + base
        case .crl: ["crl"] + base
        }
    }

    private func expectWhole(_ site: Site, before: Int, _ moment: Comment) async throws {
        let theirs = try await Tool.run(
            "openssl",
            ["ca", "-config", site.configuration, "-gencrl", "-out", site.directory.file("theirs.pem")]
        )
        #expect(theirs.isGood, "\(moment): \(theirs.text)")
        let index = try site.authority.index()
        #expect(index.rows.count == before || index.rows.count == before + 1, moment)
        let files = try await Tool.run("ls", [site.authority.layout.certificates])
        for name in files.output.split(separator: "\n") where name.hasSuffix(".pem") {
            let serial = try #require(SerialNumber(String(name.dropLast(4))))
            #expect(index[serial] != nil, "\(moment): \(name) has no record")
        }
        // The next change completes what was interrupted.
        try site.issue(.client, "next.example.com")
        for row in try site.authority.index().rows {
            #expect(
                OperatorFile(site.authority.layout.certificate(row.serial)).exists,
                "\(moment): \(row.serial) is not filed"
            )
        }
        #expect(throws: Never.self, moment) { try site.authority.audit.verified() }
        // Nor does it leave what was being written, which may be a key.
        let left = try Command.run("find", [site.authority.layout.directory, "-name", "*.tmp.*"])
        #expect(left.isEmpty, "\(moment): \(left)")
    }
}
