internal import ArgumentParser
internal import Store

/// `db check`.
struct CheckDatabase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks the whole store; exit status 1 when it is damaged.",
        discussion: "Example: hatohol-server db check"
    )

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        try await self.common.openStore().check()
        var output = Output()
        if self.json { output.object { $0.member("ok", true) } } else { output.line("ok") }
    }
}
