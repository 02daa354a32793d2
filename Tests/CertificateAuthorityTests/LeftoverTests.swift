import CertificateAuthority
import Glibc
import TestSupport
import Testing

/// What a killed program leaves in directories that operators name, and who removes it.
struct LeftoverTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func names(_ path: String) throws -> [String] {
        try Command.run("ls", ["-A", path]).split(separator: "\n").map(String.init)
    }

    /// Files beside `out.pem` before it is written, how many minutes old they are, and whether they are left.
    @Test(arguments: [
        ("out.pem.tmp.0123456789abcdef", 60, false), ("out.pem.tmp.0123456789abcdef", 1, true),
        ("out.pem.tmp.4711", 60, false), ("out.pem.tmp.", 60, true), ("out.pem.tmp.notes", 60, true),
        ("out.pem.tmp.0123456789abcdef0", 60, true), ("other.pem.tmp.0123456789abcdef", 60, true),
        ("out.pem", 60, true), ("xout.pem.tmp.0123456789abcdef", 60, true),
    ])
    func onlyOurOwnAreRemoved(_ name: String, _ minutes: Int, _ isLeft: Bool) throws {
        let file = self.directory.file(name)
        try OperatorFile(file).write([0], mode: 0o600)
        try Command.run("touch", ["-d", "\(minutes) minutes ago", file])
        try OperatorFile(self.directory.file("out.pem")).write([1], force: true)
        #expect(OperatorFile(file).exists == isLeft)
        #expect(try contents(of: self.directory.file("out.pem")) == [1])
    }

    /// What another user owns is another user's, whatever its name; and a directory or a pipe is nothing that we write.
    @Test func whatOthersMadeIsLeft() throws {
        try #require(getuid() == 0, "giving files away takes root")
        for make in [": >", "mkdir", "mkfifo"] {
            let other = self.directory.file("out.pem.tmp.0123456789abcdef")
            try Command.run("sh", ["-c", "\(make) '\(other)' && touch -d '1 hour ago' '\(other)'"])
            if make == ": >" { try Command.run("chown", ["65534:65534", other]) }
            try OperatorFile(self.directory.file("out.pem")).write([1], force: true)
            #expect(OperatorFile(other).exists, "\(make)")
            try Command.run("rm", ["-rf", other])
        }
    }

    private struct Killing {
        /// The command; `OUT` stands for the directory that the operator names.
        let command: [String]
        /// How many steps of writing it has at least.
        let steps: Int
    }

    private static let killings = [
        Killing(
            command: ["issue", "client", "--host-name", "node1", "--output-directory", "OUT", "--force"],
            steps: 12
        ),
        Killing(
            command: ["create", "client", "--host-name", "node1", "--output-directory", "OUT", "--force"],
            steps: 4
        ),
        Killing(command: ["crl", "--install", "OUT"], steps: 8),
        Killing(command: ["renew", "victim", "--out", "OUT/cert.pem", "--force"], steps: 6),
        Killing(command: ["broker-config", "--write", "OUT", "--force"], steps: 2),
    ]

    /// The program is killed at each of its steps, and the same command run again an hour later.
    @Test(arguments: 0..<Self.killings.count)
    func theNextRunRemovesWhatAKilledOneLeft(_ number: Int) async throws {
        let killing = Self.killings[number]
        let site = try Site()
        try site.issue(.client, "victim")
        let out = site.directory.file("out")
        let base = ["create", "broker-config"].contains(killing.command[0]) ? [] : ["--base-directory", site.base]
        let command = killing.command.map { $0.replacing("OUT", with: out) } + base
        try Command.run("mkdir", ["-p", out])
        var (killed, left) = (0, 0)
        for call in ["fsync", "rename"] {
            for count in 1...100 {
                let outcome = try await Tool.run(
                    "strace",
                    [
                        "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                        "inject=\(call):signal=KILL:when=\(count)", Tool.program,
                    ] + command
                )
                if outcome.isGood { break }
                killed += 1
                let unfinished = try self.names(out).filter { $0.contains(".tmp.") }
                left += unfinished.isEmpty ? 0 : 1
                for name in unfinished { try Command.run("touch", ["-d", "1 hour ago", "\(out)/\(name)"]) }
                let again = try await Tool.run(Tool.program, command)
                #expect(again.isGood, "after \(call) \(count): \(again.text)")
                let names = try self.names(out)
                #expect(!names.contains { $0.contains(".tmp.") }, "after \(call) \(count): \(names)")
            }
        }
        #expect(killed >= killing.steps && left > 0, "\(killed) \(left)")
    }

    /// The key of an authority that was never finished.
    @Test func anUnfinishedAuthorityIsRemoved() async throws {
        let base = self.directory.file("ca")
        let initialize = ["init", "--no-passphrase", "--base-directory", base]
        let killed = try await Tool.run(
            "strace",
            [
                "-f", "-qq", "-o", "/dev/null", "-e", "trace=rename", "-e", "inject=rename:signal=KILL:when=3",
                Tool.program,
            ] + initialize
        )
        #expect(!killed.isGood)
        let unfinished = try #require(try self.names(base).first { $0.hasPrefix(".new-authority.tmp.") })
        // One that is being made at this moment is not ours to remove.
        try OperatorFile("\(base)/note").write([])
        let first = try await Tool.run(Tool.program, initialize)
        #expect(first.isGood && OperatorFile("\(base)/\(unfinished)").exists, "\(first.text)")
        try Command.run("touch", ["-d", "1 hour ago", "\(base)/\(unfinished)"])
        let next = try await Tool.hatoholCA("crl", "--base-directory", base)
        #expect(next.isGood && !OperatorFile("\(base)/\(unfinished)").exists, "\(next.text)")
        #expect(OperatorFile("\(base)/note").exists)
    }
}
