import Glibc
import Logging
import Spool
import TestSupport
import Testing

@testable import FluentdArm

/// File systems that tests mount; needs the right to.
private enum Mounting {
    static var isPermitted: Bool {
        guard let directory = try? TemporaryDirectory() else { return false }
        guard (try? Command.run("mount", ["-t", "tmpfs", "tmpfs", directory.path])) != nil else { return false }
        return (try? Command.run("umount", [directory.path])) != nil
    }
}

/// A file system that is read-only at first.
@Suite(.enabled(if: Mounting.isPermitted, "mounting a file system is not permitted here"))
struct SpoolOpeningTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test func waitsForTheDiskAndSaysSoOnce() async throws {
        let disk = self.directory.file("disk")
        mkdir(disk, 0o700)
        mkdir(disk + "/state", 0o700)
        try Command.run("mount", ["-t", "tmpfs", "-o", "ro,size=8m", "tmpfs", disk])
        defer { _ = try? Command.run("umount", ["-l", disk]) }
        let arguments = ["--stdin", "--state-dir", disk + "/state", "--spool-limit", "1MiB"]
        let configuration = try Configuration.resolve(
            FluentdCommand.parseOptions(arguments),
            environment: [:],
            defaultFiles: []
        )
        var settings = LogSettings()
        settings.path = self.directory.file("log")
        let output = try LogOutput(settings)
        let notifications = try NotifySocket(self.directory.file("notify"))
        let opening = SpoolOpening(
            configuration: configuration,
            notifier: SystemdNotifier(environment: ["NOTIFY_SOCKET": notifications.path]),
            logger: Logger(label: "test") { [settings] _ in LineLogHandler(settings, output: output, environment: [:]) }
        )
        let opened = Task { try await opening.open(firstPause: .milliseconds(10)) }
        // Several attempts, one line.
        for _ in 0..<3 { try await notifications.wait(for: "EXTEND_TIMEOUT_USEC=") }
        try Command.run("mount", ["-o", "remount,rw", disk])
        let spool = try await opened.value
        await spool.close()
        let log = String(decoding: try contents(of: self.directory.file("log")), as: UTF8.self)
        #expect(log.split(separator: "\n").filter { $0.contains("the spool cannot be opened") }.count == 1)
        #expect(log.contains("the spool is open"))
    }

    @Test func whatDoesNotPassIsAnError() async throws {
        let file = try self.directory.write("", to: "file")
        let configuration = try Configuration.resolve(
            FluentdCommand.parseOptions(["--stdin", "--state-dir", file + "/state"]),
            environment: [:],
            defaultFiles: []
        )
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let opening = SpoolOpening(
            configuration: configuration,
            notifier: SystemdNotifier(environment: [:]),
            logger: logger
        )
        await #expect(throws: (any Error).self) { try await opening.open() }
    }
}
