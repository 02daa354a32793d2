internal import ArgumentParser
internal import Store

/// `events count`.
struct CountEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Counts events.",
        discussion: "Example: hatohol-server events count --server 1 --since 1d"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Which") var filter: EventFilter
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let count = try await self.common.openStore().count(self.filter.query())
        var output = Output()
        if self.json { output.object { $0.member("count", count) } } else { output.line("\(count)") }
    }
}
