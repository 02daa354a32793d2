internal import ArgumentParser
internal import Store

/// `events tail`.
struct TailEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Shows events as they arrive, until interrupted.",
        discussion: "Example: hatohol-server events tail --json 'severity>=warning host:web*'"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Which") var filter: EventFilter
    @Option(help: "Begin behind the event with this number (its id in JSON) instead of now.") var after: Int64?
    @Flag(help: "Print one JSON object per line.") var json = false

    func run() async throws {
        let store = try self.common.openStore()
        var output = Output()
        var query = EventQuery(limit: 1000)
        query.filter = try self.filter.filter()
        for try await page in try await store.tail(query, after: self.after) {
            for event in page { output.write(event, json: self.json) }
            output.flush()
        }
    }
}
