import ArmPlugin
import Daemon
import Intake
import Logging
import TestSupport
import Testing

@testable import FluentdArm

@Suite("What listeners show and ask for is configured")
struct ListenerConfigurationTests {
    private let directory: TemporaryDirectory
    private let authority: TestAuthority
    private let server: TestAuthority.Identity

    init() throws {
        self.directory = try TemporaryDirectory()
        self.authority = try TestAuthority.shared.get()
        self.server = try self.authority.issue("server")
    }

    private func resolve(_ arguments: [String]) throws -> Configuration {
        try Configuration.resolve(FluentdCommand.parseOptions(arguments), environment: [:], defaultFiles: [])
    }

    /// What a run, or `--check-config`, finds wrong; `nil` if nothing.
    private func problem(_ arguments: [String]) -> String? {
        do {
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            _ = try Sources(configuration: try self.resolve(arguments), logger: logger).make(resumingFrom: [])
            return nil
        } catch {
            return "\(error)"
        }
    }

    private var identity: [String] {
        ["--listen-tls-cert", self.server.certificate, "--listen-tls-key", self.server.key]
    }

    @Test("clients must show a certificate once there are authorities, unless said otherwise")
    func clients() throws {
        let authority = ["--listen-tls-ca", self.authority.certificate]
        #expect(try self.resolve([]).listenerTLS == nil)
        #expect(try self.resolve(self.identity).listenerTLS?.clients == TLSFiles.Clients.none)
        #expect(try self.resolve(self.identity + authority).listenerTLS?.clients == .required)
        let optional = try self.resolve(self.identity + authority + ["--listen-tls-clients", "optional"])
        #expect(optional.listenerTLS?.clients == .optional)
    }

    @Test("what strangers may do is set for all listeners, by options and by the file, and has limits")
    func peers() throws {
        #expect(try self.resolve([]).peers == PeerLimits())
        var limits = PeerLimits()
        limits.newcomers = 200
        limits.patience = 30
        limits.proxies = ["192.0.2.1", "2001:db8::1"]
        let options = ["--listen-newcomers", "200", "--listen-patience", "30"]
        let proxies = ["--trusted-proxy", "192.0.2.1", "--trusted-proxy", "2001:db8::1"]
        #expect(try self.resolve(options + proxies).peers == limits)
        limits.proxies = ["192.0.2.1"]
        let file = try self.directory.write(
            "[hap2]\nlisten-newcomers = 200\nlisten-patience = 30\ntrusted-proxy = 192.0.2.1\n",
            to: "settings"
        )
        #expect(try self.resolve(["--config", file]).peers == limits)
        for wrong in [["--listen-newcomers", "7"], ["--listen-patience", "0"], ["--trusted-proxy", "proxy"]] {
            #expect(throws: SettingsError.self) { try self.resolve(wrong) }
        }
    }

    @Test(
        "TLS options that do not fit together are refused",
        arguments: [["--listen-tls-ca", "x"], ["--listen-tls-cert", "x"], ["--listen-tls-clients", "none"]]
    )
    func incomplete(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try self.resolve(arguments) }
        #expect(throws: (any Error).self) { try self.resolve(self.identity + ["--listen-tls-clients", "required"]) }
    }

    @Test("a source with TLS needs a certificate that fits", arguments: ["--syslog", "--forward"])
    func missingCertificate(_ option: String) throws {
        let source = [option, "tls://127.0.0.1:0"]
        #expect(self.problem(source)?.contains("give --listen-tls-cert and --listen-tls-key") == true)
        #expect(self.problem(source + self.identity) == nil)
        let other = try self.authority.issue("other")
        let mixed = ["--listen-tls-cert", self.server.certificate, "--listen-tls-key", other.key]
        #expect(self.problem(source + mixed)?.contains("\(other.key) is not the key of") == true)
    }

    @Test("the users of Forward need the shared key, and a file that nobody else can read")
    func users() throws {
        let key = [
            "--forward", "127.0.0.1:0", "--forward-shared-key-file", try self.directory.write("key\n", to: "key"),
        ]
        let users = try self.directory.write("hana:pass\n", to: "users")
        #expect(self.problem(key + ["--forward-users-file", users]) == nil)
        #expect(self.problem(["--forward-users-file", users])?.contains("--forward-shared-key-file") == true)
        let open = try self.directory.write("hana:pass\n", to: "open", mode: 0o644)
        #expect(self.problem(key + ["--forward-users-file", open])?.contains("mode 0600") == true)
        let wrong = try self.directory.write("hana\n", to: "wrong")
        #expect(
            self.problem(key + ["--forward-users-file", wrong])?.contains("wrong line 1: write NAME:PASSWORD") == true
        )
    }

    @Test("secrets are read again, and kept when the new ones have a mistake")
    func reload() throws {
        let keyFile = try self.directory.write("key\n", to: "key")
        let configuration = try self.resolve(["--forward", "127.0.0.1:0", "--forward-shared-key-file", keyFile])
        let secrets = try ListenerSecrets(configuration)
        try self.directory.write("", to: "key")
        #expect(throws: (any Error).self) { try secrets.reload(configuration) }
        try self.directory.write("new\n", to: "key")
        try secrets.reload(configuration)
    }
}
