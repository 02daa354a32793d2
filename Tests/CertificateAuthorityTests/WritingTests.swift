import CertificateAuthority
import Glibc
import TestSupport
import Testing

/// How files are written that are there already, and whatever else has their name.
struct WritingTests {
    private let directory: TemporaryDirectory
    private var path: String { self.directory.file("out.pem") }

    init() throws { self.directory = try TemporaryDirectory() }

    private func status(_ path: String, _ format: String) throws -> String {
        String(try Command.run("stat", ["-c", format, path]).dropLast())
    }

    /// The mode of the file that is there, the one that is asked for, and the one that is left.
    @Test(arguments: [
        (0o640, 0o644, "640"), (0o600, 0o644, "600"), (0o644, 0o644, "644"), (0o640, 0o600, "640"),
        (0o440, 0o600, "440"),
        (0o644, 0o600, "600"), (0o666, 0o640, "640"),
    ])
    func theModeIsKeptUnlessASecretWouldBeOpen(_ present: Int, _ asked: UInt32, _ left: String) throws {
        try self.directory.write("old", to: "out.pem")
        try Command.run("chmod", [String(present, radix: 8), self.path])
        try OperatorFile(self.path).write([1], mode: asked, force: true)
        #expect(try self.status(self.path, "%a") == left)
        #expect(try contents(of: self.path + ".old") == Array("old".utf8))
    }

    @Test func theOwnerIsKeptButNotWhereEverybodyWrites() throws {
        try #require(getuid() == 0, "giving files away takes root")
        for (mode, owner) in [("755", "65534:65534"), ("1777", "0:0")] {
            let place = self.directory.file("place\(mode)")
            let file = "\(place)/key.pem"
            try Command.run("mkdir", [place])
            try Command.run("chmod", [mode, place])
            try OperatorFile(file).write([0], mode: 0o600)
            try Command.run("chown", ["65534:65534", file])
            try OperatorFile(file).write([1], mode: 0o600, force: true)
            #expect(try self.status(file, "%u:%g") == owner, "in a directory of mode \(mode)")
        }
    }

    @Test func theFileBehindALinkIsReplaced() throws {
        let file = try self.directory.write("old", to: "real.pem")
        #expect(symlink("real.pem", self.path) == 0)
        #expect(throws: AuthorityError.self) { try OperatorFile(self.path).write([1]) }
        try OperatorFile(self.path).write([1], force: true)
        #expect(try contents(of: file) == [1] && self.status(self.path, "%F") == "symbolic link")
        #expect(try contents(of: self.path + ".old") == Array("old".utf8))
    }

    @Test(arguments: [false, true])
    func aLinkToNothingIsNamed(_ force: Bool) throws {
        #expect(symlink("nowhere.pem", self.path) == 0)
        let error = #expect(throws: AuthorityError.self) { try OperatorFile(self.path).write([1], force: force) }
        #expect(error?.reason.contains("nowhere.pem") == true)
        #expect(!OperatorFile(self.directory.file("nowhere.pem")).exists)
    }

    @Test(arguments: [false, true])
    func aPipeIsWrittenTo(_ force: Bool) async throws {
        try Command.run("mkfifo", [self.path])
        let reader = try ChildProcess("cat", [self.path], output: self.directory.file("read"))
        try await blocking { [path = self.path] in try OperatorFile(path).write(Array("words".utf8), force: force) }
        #expect(try await reader.wait() == 0)
        #expect(try contents(of: self.directory.file("read")) == Array("words".utf8))
        #expect(try self.status(self.path, "%F") == "fifo")
    }

    @Test func aDeviceIsNotReplaced() throws {
        try #require(getuid() == 0, "making a device takes root")
        try Command.run("mknod", [self.path, "c", "1", "3"])
        try OperatorFile(self.path).write([1], force: true)
        #expect(try self.status(self.path, "%F") == "character special file")
        #expect(!OperatorFile(self.path + ".old").exists)
    }

    @Test func aDirectoryIsRefused() throws {
        try Command.run("mkdir", [self.path])
        #expect(throws: AuthorityError.self) { try OperatorFile(self.path).write([1], force: true) }
    }

    /// A database that a link leads to stays where it is.
    @Test func aLinkedDatabaseStaysLinked() throws {
        let site = try Site()
        let index = site.authority.layout.index
        let real = site.directory.file("index.txt")
        try Command.run("mv", [index, real])
        #expect(symlink(real, index) == 0)
        let serial = try site.issue(.client, "node1").certificate.serial
        try site.issue(.client, "node2")
        #expect(try self.status(index, "%F") == "symbolic link")
        #expect(String(decoding: try contents(of: real), as: UTF8.self).split(separator: "\n").count == 2)
        let old = String(decoding: try contents(of: index + ".old"), as: UTF8.self)
        #expect(old.contains("\(serial)") && old.split(separator: "\n").count == 1)
    }

    /// Nobody can prepare the name under which a file is being written.
    @Test func namesOfUnfinishedFilesCannotBeGuessed() async throws {
        let trace = self.directory.file("trace")
        for number in 0..<2 {
            let outcome = try await Tool.run(
                "strace",
                [
                    "-f", "-qq", "-o", "\(trace)\(number)", "-e", "trace=openat,rename", Tool.program, "create",
                    "client",
                    "--host-name", "node1", "--output-directory", self.directory.file("node"), "--force",
                ]
            )
            try #require(outcome.isGood, "\(outcome.text)")
        }
        let names = try (0..<2).map { number in
            let lines = String(decoding: try contents(of: "\(trace)\(number)"), as: UTF8.self).split(separator: "\n")
            let opened = try #require(lines.first { $0.contains("key.pem.tmp.") && $0.contains("openat") })
            #expect(opened.contains("O_EXCL") && opened.contains("0600"), "\(opened)")
            return try #require(opened.split(separator: "\"").first { $0.contains("key.pem.tmp.") })
        }
        #expect(names[0] != names[1])
    }
}
