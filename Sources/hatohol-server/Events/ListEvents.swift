internal import ArgumentParser
internal import Store

/// `events list`.
struct ListEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists events, the newest first.",
        discussion: "Example: hatohol-server events list 'severity>=error host:web* since:-2h'"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Which") var filter: EventFilter
    @Option(help: "At most so many; 0 means all.") var limit = 100
    @Flag(name: .customLong("oldest-first"), help: "The oldest first.") var oldestFirst = false
    @Flag(help: "Print one JSON object per line.") var json = false

    func validate() throws {
        guard self.limit >= 0 else { throw ValidationError("--limit is 0 or more.") }
    }

    func run() async throws {
        let store = try self.common.openStore()
        var left = self.limit == 0 ? Int.max : self.limit
        var search = EventSearch(try self.filter.filter(), limit: min(left, 1000))
        if self.oldestFirst { search.order = .oldestFirst }
        var output = Output()
        try await store.pages(search) { page in
            for handled in page.prefix(left) { output.write(handled.event, json: self.json) }
            left -= min(left, page.count)
            return left > 0
        }
    }
}
