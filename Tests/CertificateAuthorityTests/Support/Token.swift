import TestSupport

/// A PKCS#11 token by SoftHSM, in a directory of its own.
struct Token {
    static let module = "/usr/lib/softhsm/libsofthsm2.so"
    private let directory: TemporaryDirectory
    let pinFile: String
    let environment: [String: String]

    init() async throws {
        self.directory = try TemporaryDirectory()
        try Command.run("mkdir", [self.directory.file("tokens")])
        let settings = "directories.tokendir = \(self.directory.file("tokens"))\nobjectstore.backend = file\n"
        self.environment = ["SOFTHSM2_CONF": try self.directory.write(settings, to: "softhsm2.conf")]
        self.pinFile = try self.directory.write("271828\n", to: "pin")
        try await self.run(
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "authority",
            "--pin",
            "271828",
            "--so-pin",
            "314159"
        )
    }

    /// Makes a key in the token; its URI.
    func makeKey(_ name: String, _ type: String) async throws -> String {
        try await self.run(
            "pkcs11-tool",
            "--module",
            Self.module,
            "--token-label",
            "authority",
            "--login",
            "--pin",
            "271828",
            "--keypairgen",
            "--key-type",
            type,
            "--label",
            name
        )
        return "pkcs11:token=authority;object=\(name)?module-path=\(Self.module)"
    }

    /// Our program, which finds the token.
    func hatoholCA(_ arguments: String...) async throws -> Outcome {
        try await Tool.run(Tool.program, arguments, environment: self.environment)
    }

    private func run(_ program: String, _ arguments: String...) async throws {
        let outcome = try await Tool.run(program, arguments, environment: self.environment)
        guard outcome.isGood else { throw TestFailure("\(program): \(outcome.text)") }
    }
}
