import CertificateAuthority
import TestSupport
import Testing

/// The program as operators use it.
struct ProgramTests {
    let directory: TemporaryDirectory
    var base: String { self.directory.file("ca") }

    init() throws { self.directory = try TemporaryDirectory() }

    private func initialize() async throws {
        let outcome = try await Tool.hatoholCA(
            "init",
            "--base-directory",
            self.base,
            "--no-passphrase",
            "--name",
            "Example CA"
        )
        try #require(outcome.isGood, "\(outcome.text)")
    }

    @Test func initTwiceChangesNothing() async throws {
        try await self.initialize()
        let key = try contents(of: "\(self.base)/CA/private/ca-key.pem")
        let again = try await Tool.hatoholCA("init", "--base-directory", self.base, "--no-passphrase")
        #expect(again.status == 1 && again.errors.contains("nothing was changed"))
        let ifNeeded = try await Tool.hatoholCA(
            "init",
            "--base-directory",
            self.base,
            "--if-needed",
            "--no-passphrase",
            "--json"
        )
        #expect(ifNeeded.isGood && ifNeeded.output.contains("\"created\":false"))
        #expect(try contents(of: "\(self.base)/CA/private/ca-key.pem") == key)
        #expect(try contents(of: "\(self.base)/ca-cert.pem") == contents(of: "\(self.base)/CA/ca-cert.pem"))
    }

    @Test func threeFilesForAProgram() async throws {
        try await self.initialize()
        let out = self.directory.file("broker")
        let issue = try await Tool.hatoholCA(
            "issue",
            "server",
            "--base-directory",
            self.base,
            "--host-name",
            "localhost",
            "--output-directory",
            out
        )
        #expect(issue.isGood, "\(issue.text)")
        let verify = try await Tool.openssl(
            "verify",
            "-x509_strict",
            "-CAfile",
            "\(out)/ca-cert.pem",
            "-verify_hostname",
            "localhost",
            "\(out)/server-cert.pem"
        )
        #expect(verify.isGood, "\(verify.text)")
        let mode = try await Tool.run("stat", ["-c", "%a", "\(out)/key.pem", "\(self.base)/CA/private/ca-key.pem"])
        #expect(mode.output == "600\n600\n")
        let directories = try await Tool.run(
            "stat",
            ["-c", "%a", "\(self.base)/CA/private", "\(self.base)/CA/hatohol"]
        )
        #expect(directories.output == "700\n700\n")
        let combined = try contents(of: "\(out)/server.pem")
        #expect(try combined == contents(of: "\(out)/server-cert.pem") + contents(of: "\(out)/key.pem"))
        #expect(try await Tool.run("stat", ["-c", "%a", "\(out)/server.pem"]).output == "600\n")
        let key = try contents(of: "\(out)/key.pem")
        let again = try await Tool.hatoholCA(
            "issue",
            "server",
            "--base-directory",
            self.base,
            "--host-name",
            "localhost",
            "--output-directory",
            out
        )
        #expect(again.status == 1 && again.errors.contains("--force"))
        #expect(try contents(of: "\(out)/key.pem") == key)
        #expect(try Authority(base: self.base).index().rows.count == 1)
    }

    @Test func anEncryptedKeyIsNotWrittenOpenly() async throws {
        try await self.initialize()
        let out = self.directory.file("broker")
        try self.directory.write("correct horse\n", to: "passphrase")
        let issue = try await Tool.hatoholCA(
            "issue",
            "server",
            "--base-directory",
            self.base,
            "--host-name",
            "localhost",
            "--output-directory",
            out,
            "--key-passphrase-file",
            self.directory.file("passphrase")
        )
        #expect(issue.isGood, "\(issue.text)")
        #expect(!OperatorFile("\(out)/server.pem").exists)
    }

    @Test func standardOutputIsTheBrokersConfigurationAlone() async throws {
        for options in [[], ["--crl"]] {
            let printed = try await Tool.run(Tool.program, ["broker-config", "--arm", "web1"] + options)
            let lines = printed.output.split(separator: "\n")
            #expect(printed.isGood && lines.allSatisfy { $0.hasPrefix("#") || $0.contains(" = ") }, "\(printed.text)")
            #expect(printed.errors.contains("rabbitmqctl add_user web1"))
            #expect(printed.errors.contains("ssl_crl_hash_dir") == !options.isEmpty)
        }
        let place = self.directory.file("rabbitmq")
        try Command.run("mkdir", [place])
        let written = try await Tool.hatoholCA("broker-config", "--arm", "web1", "--write", place)
        #expect(written.output.hasPrefix("rabbitmq-plugins enable") && !written.output.contains("#"), "\(written.text)")
        #expect(OperatorFile("\(place)/rabbitmq.conf").exists)
    }

    @Test func createAndSignOnTwoHosts() async throws {
        try await self.initialize()
        let node = self.directory.file("node")
        let create = try await Tool.hatoholCA("create", "client", "--host-name", "web1", "--output-directory", node)
        #expect(create.output.contains("The next action:"))
        let dry = try await Tool.hatoholCA(
            "sign",
            "client",
            "\(node)/req.pem",
            "--base-directory",
            self.base,
            "--dry-run",
            "--json"
        )
        #expect(dry.isGood && dry.output.contains("\"granted\""))
        #expect(try Authority(base: self.base).index().rows.isEmpty)
        let sign = try await Tool.hatoholCA(
            "sign",
            "client",
            "\(node)/req.pem",
            "--base-directory",
            self.base,
            "--out",
            "\(node)/client-cert.pem",
            "--days",
            "36h"
        )
        #expect(sign.isGood && sign.output.contains("to client host and"))
        let certificate = try Certificate(bytes: contents(of: "\(node)/client-cert.pem"), from: "client-cert.pem")
        #expect((0...1).contains(certificate.notAfter.days(since: .now)))
    }

    @Test func thePassphraseGuardsTheKey() async throws {
        let right = try self.directory.write("correct horse\n", to: "right")
        let wrong = try self.directory.write("incorrect horse\n", to: "wrong")
        let made = try await Tool.hatoholCA("init", "--base-directory", self.base, "--passphrase-file", right)
        #expect(made.isGood, "\(made.text)")
        let key = try contents(of: "\(self.base)/CA/private/ca-key.pem")
        #expect(KeyEncryption(pem: key)?.isStrong == true)
        let out = self.directory.file("out")
        let bad = try await Tool.hatoholCA(
            "issue",
            "client",
            "--base-directory",
            self.base,
            "--host-name",
            "a",
            "--output-directory",
            out,
            "--passphrase-file",
            wrong
        )
        #expect(bad.status == 1 && bad.errors.contains("passphrase is wrong"))
        #expect(!OperatorFile("\(out)/key.pem").exists)
        #expect(try Authority(base: self.base).index().rows.isEmpty)
        let good = try await Tool.hatoholCA(
            "issue",
            "client",
            "--base-directory",
            self.base,
            "--host-name",
            "a",
            "--output-directory",
            out,
            "--passphrase-file",
            right
        )
        #expect(good.isGood, "\(good.text)")
        let openssl = try await Tool.openssl(
            "pkey",
            "-in",
            "\(self.base)/CA/private/ca-key.pem",
            "-passin",
            "file:\(right)",
            "-noout"
        )
        #expect(openssl.isGood, "\(openssl.text)")
    }

    @Test func fiftyAtOnce() async throws {
        try await self.initialize()
        let base = self.base
        let directory = self.directory
        let results = try await withThrowingTaskGroup(of: Int32.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await Tool.hatoholCA(
                        "issue",
                        "client",
                        "--base-directory",
                        base,
                        "--host-name",
                        "node\(number)",
                        "--output-directory",
                        directory.file("n\(number)"),
                        "--wait",
                        "300"
                    ).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results == Array(repeating: 0, count: 50))
        let rows = try Authority(base: base).index().rows
        #expect(Set(rows.map(\.serial)).count == 50)
        let files = try await Tool.run("ls", ["\(base)/CA/newcerts"])
        #expect(files.output.split(separator: "\n").count == 50)
        #expect(try Authority(base: base).audit.verified().count == 51)
    }

    @Test func aHeldLockIsWaitedForAndNamed() async throws {
        try await self.initialize()
        let lock = Authority.exists(base: self.base) ? "\(self.base)/CA/hatohol/lock" : ""
        let holder = try ChildProcess("flock", [lock, "sleep", "60"])
        try await eventually("the lock is held") { try await !Tool.run("flock", ["-n", lock, "true"]).isGood }
        let outcome = try await Tool.hatoholCA("crl", "--base-directory", self.base, "--wait", "0")
        #expect(outcome.status == 1 && outcome.errors.contains("another process still holds it"), "\(outcome.text)")
        await holder.stop()
    }

    @Test func wrongUsageIs64() async throws {
        for arguments in [
            ["bogus"], ["sign", "nobody", "x"], ["issue", "server", "--days", "never"],
            ["create", "client", "--san", "example.com"],
        ] {
            let outcome = try await Tool.run(Tool.program, arguments)
            #expect(outcome.status == 64, "\(arguments): \(outcome.text)")
        }
        for arguments in [["--help"], ["--version"], ["sign", "--help"], ["crl", "--help"]] {
            #expect(try await Tool.run(Tool.program, arguments).isGood)
        }
    }

    @Test func expiringEndsWithTwo() async throws {
        try await self.initialize()
        _ = try await Tool.hatoholCA(
            "issue",
            "client",
            "--base-directory",
            self.base,
            "--host-name",
            "a",
            "--output-directory",
            self.directory.file("a"),
            "--days",
            "10"
        )
        let soon = try await Tool.hatoholCA("expiring", "--base-directory", self.base, "--within", "30")
        #expect(soon.status == 2 && soon.output.contains("client"))
        let later = try await Tool.hatoholCA("expiring", "--base-directory", self.base, "--within", "5")
        #expect(later.isGood && later.output.isEmpty)
        _ = try await Tool.hatoholCA(
            "renew",
            "a",
            "--base-directory",
            self.base,
            "--out",
            self.directory.file("new.pem")
        )
        let renewed = try await Tool.hatoholCA("expiring", "--base-directory", self.base, "--within", "30")
        #expect(renewed.isGood, "\(renewed.text)")
    }

    @Test func theOriginalCommandNamesWork() async throws {
        let tools = "\(repositoryRoot)/certs-tools"
        let path =
            "\(Tool.program.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")):/usr/bin:/bin"
        func run(_ name: String, _ arguments: String...) async throws -> Outcome {
            try await Tool.run("\(tools)/\(name)", arguments, environment: ["PATH": path])
        }
        let made = try await run("hatohol-ca-initialize", "--base-directory=\(self.base)")
        #expect(made.isGood, "\(made.text)")
        for (kind, users) in [("client", "Hatohol and Fluentd"), ("server", "RabbitMQ")] {
            let out = self.directory.file(kind)
            let created = try await run(
                "hatohol-\(kind)-certificate-create",
                "--host-name=\(kind).example.com",
                "--output-directory=\(out)"
            )
            #expect(created.output.contains("% hatohol-ca-sign-\(kind)-certificate req.pem"), "\(created.text)")
            let signed = try await run(
                "hatohol-ca-sign-\(kind)-certificate",
                "--base-directory=\(self.base)",
                "--signed-certificate-file=\(out)/cert.pem",
                "\(out)/req.pem"
            )
            #expect(signed.isGood && signed.output.contains("such as \(users)"), "\(signed.text)")
            #expect(
                try await Tool.openssl(
                    "verify",
                    "-x509_strict",
                    "-CAfile",
                    "\(self.base)/CA/ca-cert.pem",
                    "\(out)/cert.pem"
                ).isGood
            )
            #expect(try await run("hatohol-ca-sign-\(kind)-certificate").status != 0)
            #expect(try await run("hatohol-ca-sign-\(kind)-certificate", "--help").isGood)
        }
    }
}
