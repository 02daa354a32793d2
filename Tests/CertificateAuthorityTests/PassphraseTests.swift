import CertificateAuthority
import TestSupport
import Testing

/// Passphrases: changed, given where a host's key is encrypted, and asked for at a terminal.
struct PassphraseTests {
    private let site: Site
    private let first: String
    private let second: String

    init() throws {
        self.site = try Site()
        self.first = try self.site.directory.write("correct horse\n", to: "first")
        self.second = try self.site.directory.write("battery staple\n", to: "second")
    }

    private func run(_ arguments: String...) async throws -> Outcome {
        try await Tool.run(Tool.program, arguments + ["--base-directory", self.site.base])
    }

    @Test func thePassphraseOfTheAuthorityIsChanged() async throws {
        let key = self.site.authority.layout.key
        let set = try await self.run("key-passphrase", "--new-passphrase-file", self.first)
        #expect(set.isGood && set.output.contains("AES-256-CBC"), "\(set.text)")
        let wrong = try await self.run(
            "key-passphrase",
            "--passphrase-file",
            self.second,
            "--new-passphrase-file",
            self.second
        )
        #expect(wrong.status == 1 && wrong.errors.contains("passphrase is wrong"), "\(wrong.text)")
        let before = try contents(of: key)
        let changed = try await self.run(
            "key-passphrase",
            "--passphrase-file",
            self.first,
            "--new-passphrase-file",
            self.second
        )
        #expect(changed.isGood, "\(changed.text)")
        #expect(try await self.run("crl", "--passphrase-file", self.first).status == 1)
        #expect(try await self.run("crl", "--passphrase-file", self.second).isGood)
        #expect(try Command.run("stat", ["-c", "%a", key]) == "600\n")
        // Whoever knows the old one shall not find what it opens.
        let found = try Command.run("sh", ["-c", "ls '\(self.site.authority.layout.directory)/private'"])
        #expect(found == "ca-key.pem\n")
        #expect(try contents(of: key) != before)
        let open = try await self.run("key-passphrase", "--passphrase-file", self.second, "--no-passphrase")
        #expect(open.isGood && !self.site.authority.needsPassphrase, "\(open.text)")
        #expect(try self.site.authority.key(nil).matches(self.site.key))
        let actions = try self.site.authority.audit.verified().map(\.action)
        #expect(actions.filter { $0 == "key-passphrase" }.count == 3)
    }

    /// PKCS#12 and tokens take texts that end there: a file in UTF-16 would protect a key by its first letter.
    @Test func aPassphraseWithAZeroByteIsRefused() async throws {
        let file = try self.site.directory.write("c\u{0}o\u{0}r\u{0}r\u{0}\n", to: "wide")
        let set = try await self.run("key-passphrase", "--new-passphrase-file", file)
        #expect(set.status == 1 && set.errors.contains("zero byte"), "\(set.text)")
    }

    /// Whatever takes a host's key takes its passphrase.
    @Test func anEncryptedKeyOfAHostIsUsable() async throws {
        let node = self.site.directory.file("node")
        let issued = try await self.run(
            "issue",
            "server",
            "--host-name",
            "localhost",
            "--output-directory",
            node,
            "--key-passphrase-file",
            self.first
        )
        try #require(issued.isGood, "\(issued.text)")
        let pair = ["--cert", "\(node)/server-cert.pem", "--key", "\(node)/key.pem"]
        let commands = [
            ["export", "--format", "pem", "--out", "\(node)/both.pem"] + pair,
            ["export", "--out", "\(node)/both.p12", "--export-passphrase-file", self.second] + pair,
            ["deploy", "--to", "\(node)/server.pem", "--reload", ""] + pair,
        ]
        for command in commands {
            let closed = try await Tool.run(Tool.program, command)
            #expect(closed.status == 1 && closed.errors.contains("--key-passphrase-file"), "\(closed.text)")
            let wrong = try await Tool.run(Tool.program, command + ["--key-passphrase-file", self.second])
            #expect(wrong.status == 1 && wrong.errors.contains("passphrase is wrong"), "\(wrong.text)")
            let opened = try await Tool.run(Tool.program, command + ["--key-passphrase-file", self.first])
            #expect(opened.isGood, "\(opened.text)")
        }
        // What was to be encrypted does not become open unless a broker must read it.
        #expect(KeyEncryption(pem: try contents(of: "\(node)/both.pem")) != nil)
        let key = try PrivateKey(pem: contents(of: "\(node)/server.pem"), from: "server.pem")
        let certificate = try Certificate(bytes: contents(of: "\(node)/server.pem"), from: "server.pem")
        #expect(certificate.publicKey?.matches(key) == true)
        let gone = try await Tool.run(
            Tool.program,
            ["check", "localhost:1", "--key-passphrase-file", self.first] + pair
        )
        #expect(gone.errors.contains("connecting to localhost"), "\(gone.text)")
    }

    @Test func aNodeWithAnEncryptedKeyRenews() async throws {
        let site = try Site { Timestamp.now + -10 * 86_400 }
        let issued = try site.issue(.client, "web1.example.com", lifetime: .days(12))
        let node = site.directory.file("node")
        try Command.run("install", ["-D", "-m", "644", issued.certificateFile, "\(node)/client-cert.pem"])
        try Command.run("install", ["-m", "644", site.root, "\(node)/ca-cert.pem"])
        let passphrase = Passphrase("correct horse".utf8)
        try OperatorFile("\(node)/key.pem").write(issued.key.pem(encryptedWith: passphrase), mode: 0o600)
        let served = try await ServedAuthority(site)
        let renew = ["renew", "\(node)/client-cert.pem", "--url", served.url]
        let closed = try await Tool.run(Tool.program, renew)
        #expect(closed.status == 1 && closed.errors.contains("--key-passphrase-file"), "\(closed.text)")
        let renewed = try await Tool.run(Tool.program, renew + ["--rekey", "--key-passphrase-file", self.first])
        #expect(renewed.isGood, "\(renewed.text)\(served.log)")
        let pem = try contents(of: "\(node)/key.pem")
        let key = try PrivateKey(pem: pem, passphrase: passphrase, from: "key.pem")
        let certificate = try Certificate(bytes: contents(of: "\(node)/client-cert.pem"), from: "client-cert.pem")
        #expect(KeyEncryption(pem: pem) != nil && certificate.publicKey?.matches(key) == true)
        #expect(!key.matches(issued.key))
    }

    /// What is typed at the question, the signal or status with which the program ends, and whether the terminal shows again.
    @Test(arguments: [
        ("\\x03", "signal 2"), ("\\x1c", "signal 3"), ("\\x04", "status 1"), ("correct horsf\\x7fe\\r", "status 0"),
        ("nonsense\\x15correct horse\\n", "status 0"), ("wrong one\\r", "status 1"),
        ("correct horse\\xc3\\xa9\\x08\\n", "status 0"),
    ])
    func theTerminalIsLeftAsItWas(_ typed: String, _ end: String) async throws {
        let set = try await self.run("key-passphrase", "--new-passphrase-file", self.first)
        try #require(set.isGood, "\(set.text)")
        let script = """
            import os, pty, select, sys, termios
            process, terminal = pty.fork()
            if process == 0:
                import resource, signal
                # Whoever runs the tests in the background may have had them ignored.
                for one in (signal.SIGINT, signal.SIGQUIT):
                    signal.signal(one, signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                os.execv(sys.argv[2], sys.argv[2:])
            said = b""
            while b"Passphrase of" not in said:
                if not select.select([terminal], [], [], 120)[0]:
                    sys.exit("it asks for nothing: " + said.decode())
                said += os.read(terminal, 4096)
            os.write(terminal, sys.argv[1].encode().decode("unicode_escape").encode("latin-1"))
            while True:
                try:
                    if not os.read(terminal, 4096):
                        break
                except OSError:
                    break
            flags = termios.tcgetattr(terminal)[3]
            status = os.waitpid(process, 0)[1]
            shows = all(flags & one for one in (termios.ECHO, termios.ICANON, termios.ISIG))
            print(("signal %d" % os.WTERMSIG(status)) if os.WIFSIGNALED(status) else ("status %d" % os.WEXITSTATUS(status)))
            print("shows" if shows else "silent")
            """
        let arguments = [typed, Tool.program, "crl", "--base-directory", self.site.base]
        let outcome = try await Tool.python(script, arguments)
        #expect(outcome.output == "\(end)\nshows\n", "\(outcome.text)")
    }
}
