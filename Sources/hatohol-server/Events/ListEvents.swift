internal import ArgumentParser
internal import Store

/// `events list`.
struct ListEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists events, the newest first.",
        discussion: "Example: hatohol-server events list --min-severity ERROR --since 2h --host web1"
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
        var query = self.filter.query()
        if self.oldestFirst { query.order = .oldestFirst }
        var output = Output()
        try await store.pages(query, limit: self.limit == 0 ? .max : self.limit) { page in
            for event in page { output.write(event, json: self.json) }
        }
    }
}

extension MonitoringStore {
    /// Reads a query page by page, so that its size does not matter.
    func pages(_ query: EventQuery, limit: Int = .max, _ body: ([StoredEvent]) -> Void) async throws {
        var query = query
        var left = limit
        while left > 0 {
            query.limit = min(left, 1000)
            let page = try await self.events(query)
            body(page)
            left -= page.count
            query.after = page.last?.cursor
            if page.count < query.limit { return }
        }
    }
}
