import CertificateAuthority
import Glibc
import TestSupport
import Testing

/// What goes wrong around the program: one clear line, and nothing half-written.
struct FaultTests {
    let directory: TemporaryDirectory
    var base: String { self.directory.file("ca") }

    init() throws { self.directory = try TemporaryDirectory() }

    private func run(_ arguments: String...) async throws -> Outcome {
        try await Tool.run(Tool.program, arguments + ["--base-directory", self.base])
    }

    private func initialize() async throws {
        let made = try await self.run("init", "--no-passphrase")
        try #require(made.isGood, "\(made.text)")
    }

    /// All files below the authority with their contents, but for the lock and its queue.
    private func snapshot(_ path: String) async throws -> String {
        try await Tool.run(
            "sh",
            ["-c", "cd '\(path)' && find . -type f ! -name lock ! -name queue -exec sha256sum {} + | sort"]
        ).output
    }

    private func expectOneLine(_ outcome: Outcome, _ words: String...) {
        #expect(outcome.status == 1, "\(outcome.text)")
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.last?.hasPrefix("Error: ") == true, "\(outcome.text)")
        for word in words { #expect(outcome.errors.contains(word), "\(outcome.text)") }
    }

    /// A disk with so few pages left, which end at some point within the work.
    @Test(arguments: ["issue", "revoke", "crl", "renew"])
    func aFullDiskHalvesNothing(_ command: String) async throws {
        try #require(getuid() == 0, "mounting a small file system takes root")
        let mount = self.directory.file("disk")
        try Command.run("mkdir", [mount])
        try Command.run("mount", ["-t", "tmpfs", "-o", "size=512k", "none", mount])
        defer { _ = try? Command.run("umount", ["-l", mount]) }
        let base = "\(mount)/ca"
        func run(_ arguments: [String]) async throws -> Outcome {
            try await Tool.run(Tool.program, arguments + ["--base-directory", base])
        }
        let made = try await run(["init", "--no-passphrase"])
        try #require(made.isGood, "\(made.text)")
        var failures = 0
        for pages in 0..<8 {
            let name = "node\(pages)"
            let out = self.directory.file(name)
            let first = try await run(["issue", "client", "--host-name", name, "--output-directory", out])
            try #require(first.isGood, "\(first.text)")
            let operation =
                switch command {
                case "issue": ["issue", "client", "--host-name", "x", "--output-directory", out + "x"]
                case "renew": ["renew", name, "--out", out + ".pem"]
                case "revoke": ["revoke", name, "--reason", "superseded"]
                default: ["crl"]
                }
            _ = try await Tool.run(
                "sh",
                ["-c", "cat /dev/zero > \(mount)/filler 2>/dev/null; truncate -s -\(pages * 4096) \(mount)/filler"]
            )
            let index = try contents(of: "\(base)/CA/index.txt")
            let outcome = try await run(operation)
            if !outcome.isGood {
                failures += 1
                self.expectOneLine(outcome, "no space left on device")
                // A revocation counts without its list; anything else that counts says so.
                let counts = try contents(of: "\(base)/CA/index.txt") != index
                #expect(!counts || command == "revoke" || outcome.errors.contains("is on record"), "\(outcome.text)")
                #expect(counts || !OperatorFile(out + "x/key.pem").exists, "\(outcome.text)")
            }
            // With room again nothing is wrong, and the next command completes what counted.
            try Command.run("rm", ["-f", "\(mount)/filler"])
            let next = try await run(["crl"])
            #expect(next.isGood, "\(next.text)")
            let doctor = try Doctor(base: base, repair: false)
            #expect(!doctor.findings.contains { $0.level != .good && $0.subject != "key" }, "\(doctor.findings)")
        }
        #expect(failures > 0)
    }

    @Test func aFullDiskLeavesNoHalfAuthority() async throws {
        try #require(getuid() == 0, "mounting a small file system takes root")
        let mount = self.directory.file("disk")
        try Command.run("mkdir", [mount])
        defer { _ = try? Command.run("umount", ["-l", mount]) }
        var failures = 0
        for pages in 1...16 {
            try Command.run("mount", ["-t", "tmpfs", "-o", "size=\(pages * 4)k", "none", mount])
            let outcome = try await Tool.hatoholCA("init", "--no-passphrase", "--base-directory", "\(mount)/ca")
            let authority = try? Authority(base: "\(mount)/ca")
            #expect((authority != nil) == outcome.isGood, "\(pages) pages: \(outcome.text)")
            if !outcome.isGood {
                failures += 1
                self.expectOneLine(outcome, "no space left on device")
                #expect(!OperatorFile("\(mount)/ca/CA").exists)
            }
            try Command.run("umount", ["-l", mount])
        }
        #expect(failures > 0)
    }

    @Test func aReadOnlyDirectoryIsNamed() async throws {
        try #require(getuid() == 0, "mounting takes root")
        try await self.initialize()
        try Command.run("mount", ["--bind", self.base, self.base])
        defer { _ = try? Command.run("umount", ["-l", self.base]) }
        try Command.run("mount", ["-o", "remount,bind,ro", self.base])
        self.expectOneLine(try await self.run("crl"), "read-only file system", "mounted read-only")
        let out = self.directory.file("out")
        let issue = try await self.run("issue", "client", "--host-name", "a", "--output-directory", out)
        self.expectOneLine(issue, "mounted read-only")
        #expect(!OperatorFile("\(out)/client-cert.pem").exists)
        let elsewhere = try await Tool.hatoholCA("init", "--no-passphrase", "--base-directory", "\(self.base)/new")
        self.expectOneLine(elsewhere, "read-only file system")
        #expect(try await self.run("list").isGood)
    }

    @Test func aHolderOfTheLockIsWaitedForAndThenNamed() async throws {
        try await self.initialize()
        let (holder, pid, who) = try await self.stopped("crl")
        let lock = "\(self.base)/CA/hatohol/lock"
        defer { if holder.poll() == nil { kill(pid, SIGKILL) } }
        let impatient = try await self.run("crl", "--wait", "1")
        self.expectOneLine(impatient, "another process still holds it: process ", "user \(getuid())", "--wait")
        #expect(impatient.errors.contains(who), "\(impatient.text) \(who)")

        let said = self.directory.file("said")
        let patient = try ChildProcess(
            Tool.program,
            ["crl", "--wait", "300", "--base-directory", self.base],
            errors: said
        )
        try await eventually("the patient one is at the lock") {
            try await Tool.run("find", ["/proc/\(patient.pid)/fd", "-lname", lock]).output.isEmpty == false
        }
        // Nobody sits before a silent terminal, and a service's log tells why it stood.
        try await eventually("the patient one says for whom it waits") {
            String(decoding: try contents(of: said), as: UTF8.self).contains("waiting for \(who)")
        }
        // Each of its threads has a first call.
        try await eventually(timeout: .seconds(120), "the holder ends") {
            kill(pid, SIGCONT)
            return holder.poll() != nil
        }
        #expect(holder.poll() == 0)
        #expect(try await patient.wait(timeout: .seconds(240)) == 0)
        let list = try #require(try Authority(base: self.base).revocationList())
        #expect(list.number?.description == "02")
    }

    /// A command that has stopped at its first call of fsync, which it makes with the lock held, until we let it go on.
    private func stopped(_ arguments: String...) async throws -> (holder: ChildProcess, pid: pid_t, who: String) {
        let trace = self.directory.file("trace")
        let holder = try ChildProcess(
            "strace",
            [
                "-f", "-qq", "-o", trace, "-e", "trace=fsync", "-e", "inject=fsync:signal=SIGSTOP:when=1",
                Tool.program,
            ] + arguments + ["--base-directory", self.base]
        )
        try await eventually(timeout: .seconds(120), "the holder stopped") {
            if let status = holder.poll() { throw TestFailure("the holder ended with \(status)") }
            return String(decoding: (try? contents(of: trace)) ?? [], as: UTF8.self).contains("stopped by SIGSTOP")
        }
        let who = String(decoding: try contents(of: "\(self.base)/CA/hatohol/lock"), as: UTF8.self)
        let pid = try #require(pid_t(who.dropFirst("process ".count).prefix(while: \.isNumber)), "\(who)")
        return (holder, pid, who)
    }

    @Test func aDatabaseThatAnotherProgramChangedIsNotOverwritten() async throws {
        try await self.initialize()
        let out = self.directory.file("out")
        let issued = try await self.run("issue", "client", "--host-name", "node1", "--output-directory", out)
        try #require(issued.isGood, "\(issued.text)")
        // Its first fsync is that of the journal: the database was read, and is not written yet.
        let (holder, pid, _) = try await self.stopped("revoke", "node1", "--no-crl")
        defer { if holder.poll() == nil { kill(pid, SIGKILL) } }
        let index = "\(self.base)/CA/index.txt"
        try Command.run("sh", ["-c", "cp '\(index)' '\(index).other' && mv '\(index).other' '\(index)'"])
        let theirs = try contents(of: index)
        try await eventually(timeout: .seconds(120), "the holder ends") {
            kill(pid, SIGCONT)
            return holder.poll() != nil
        }
        #expect(holder.poll() == 1)
        #expect(try contents(of: index) == theirs)
        #expect(!OperatorFile("\(self.base)/CA/hatohol/journal").exists)
        let again = try await self.run("revoke", "node1", "--no-crl")
        #expect(again.isGood, "\(again.text)")
    }

    @Test func aFileIsNeverReplacedUnasked() throws {
        let path = self.directory.file("key.pem")
        let file = OperatorFile(path)
        try file.write([1], mode: 0o600)
        let error = #expect(throws: AuthorityError.self) { try file.write([2]) }
        #expect(error?.code == .exists)
        #expect(try contents(of: path) == [1])
        try file.write([2], mode: 0o600, force: true)
        #expect(try contents(of: path) == [2] && contents(of: path + ".old") == [1])
    }

    @Test func badInputIsNamed() async throws {
        try await self.initialize()
        let before = try await self.snapshot(self.base)
        let nonsense = try self.directory.write("nonsense\n", to: "nonsense.pem")
        self.expectOneLine(try await self.run("sign", "client", nonsense), "holds no certificate request")
        self.expectOneLine(try await self.run("sign", "client", "/nonexistent"), "no such file")
        self.expectOneLine(try await self.run("revoke", "4CA2"), "no certificate here has that serial number")
        let other = try Site()
        let foreign = try other.issue(.client, "node1")
        self.expectOneLine(
            try await self.run("revoke", foreign.certificateFile),
            "the certificate of another authority"
        )
        self.expectOneLine(try await self.run("renew", foreign.certificateFile), "the certificate of another authority")
        #expect(try await self.snapshot(self.base) == before)
    }

    @Test func aClockBeforeTheAuthorityIsNamed() async throws {
        try await self.initialize()
        let early = try Authority(base: self.base, clock: { .now + -86_400 })
        let key = try early.key(nil)
        let error = #expect(throws: AuthorityError.self) { try early.writeRevocationList(key: key) }
        #expect(error?.description.contains("set the clock") == true)
        #expect(try early.revocationList() == nil)
    }

    @Test(arguments: [
        ("V\t271223045801Z\t\t4CA2\tunknown\t/CN=x", "no line feed"), ("# hello\n", "comment"), ("\n", "blank"),
        ("V\t271223045801Z\t\t4CA2\tunknown\t/CN=x\r\n", "carriage return"), ("V\t4CA2\n", "2 fields"),
        ("V\t271223045801Z\t\t4ca2\tunknown\t/CN=x\n", "upper-case"),
        ("R\t271223045801Z\t261121045801Z,privilegeWithdrawn\t4CA2\tunknown\t/CN=x\n", "unknown to openssl ca"),
    ])
    func aDamagedDatabaseStopsEveryChange(_ index: String, _ words: String) async throws {
        try await self.initialize()
        try OperatorFile("\(self.base)/CA/index.txt").write(Array(index.utf8), force: true)
        let before = try await self.snapshot(self.base)
        let out = self.directory.file("out")
        for arguments in [
            ["crl"], ["list"], ["revoke", "x"], ["issue", "client", "--host-name", "x", "--output-directory", out],
        ] {
            let outcome = try await Tool.run(Tool.program, arguments + ["--base-directory", self.base])
            self.expectOneLine(outcome, "reading index.txt failed", words, "doctor")
        }
        #expect(try await self.snapshot(self.base) == before)
        #expect(!OperatorFile("\(out)/key.pem").exists && !OperatorFile("\(out)/client-cert.pem").exists)
    }
}
