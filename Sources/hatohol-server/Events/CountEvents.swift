internal import ArgumentParser
internal import Store

/// `events count`.
struct CountEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Counts events.",
        discussion: "Example: hatohol-server events count 'severity>=error since:-1d'"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Which") var filter: EventFilter
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let count = Int64(try await self.common.openStore().count(try self.filter.filter(), upTo: .max))
        var output = Output()
        if self.json { output.object { $0.member("count", count) } } else { output.line("\(count)") }
    }
}
