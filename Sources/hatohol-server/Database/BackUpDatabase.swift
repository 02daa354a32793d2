internal import ArgumentParser
internal import Store

/// `db backup`.
struct BackUpDatabase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies the store as it is at one moment; the server may go on running.",
        discussion: "Example: hatohol-server db backup /backup/hatohol-2026-01-02.sqlite"
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "A file that does not exist yet.", completion: .file()) var file: String

    func run() async throws { try await self.common.openStore().backup(to: self.file) }
}
