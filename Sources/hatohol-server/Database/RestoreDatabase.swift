internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Store

/// `db restore`.
struct RestoreDatabase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Puts a backup in the place of the store; no server may be running.",
        discussion: """
            The backup is checked first. The store that was there is kept beside it, under a name with the date such as
            `hatohol.sqlite.before-restore-20260102-030405`, which is printed.

            Example: hatohol-server db restore /backup/hatohol-2026-01-02.sqlite
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "What `db backup` has written.", completion: .file()) var file: String

    func run() async throws {
        let directory = DataDirectory(path: try self.common.settings().dataDirectory)
        try directory.create()
        try directory.lock()
        let target = "\(directory.path)/\(MonitoringStore.fileName)"
        let copy = "\(target).restoring"
        try? FileManager.default.removeItem(atPath: copy)
        do {
            try FileManager.default.copyItem(atPath: self.file, toPath: copy)
        } catch {
            throw CommandError(
                "restore",
                "cannot copy \(self.file): \(error.localizedDescription)",
                "check the file and the disk"
            )
        }
        // The copy itself is gone when all went well; nobody reads what is left of it.
        defer { for suffix in ["", "-wal", "-shm"] { unlink(copy + suffix) } }
        guard chmod(copy, 0o600) == 0 else {
            throw CommandError("restore", "cannot protect the copy", "check the disk")
        }
        let restored = try MonitoringStore(path: copy)
        try await restored.check()
        try restored.close()
        let kept = try MonitoringStore.replace(target, by: copy, now: .now)
        var output = Output()
        output.line("restored \(self.file)" + (kept.map { "; the store that was there is kept as \($0)" } ?? ""))
    }
}
