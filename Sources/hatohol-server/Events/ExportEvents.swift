internal import ArgumentParser
internal import Operations
internal import Store

/// `events export`.
struct ExportEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes events to standard output, the oldest first.",
        discussion: "Example: hatohol-server events export --format csv --since 2026-01-01 > january.csv"
    )

    /// How they are written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv
        case jsonl
    }

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Which") var filter: EventFilter
    @Option(help: "csv (RFC 4180) or jsonl.") var format = Format.jsonl
    @Flag(help: "The same as --format jsonl.") var json = false

    func run() async throws {
        let store = try self.common.openStore()
        var search = EventSearch(try self.filter.filter(), limit: 1000)
        search.order = .oldestFirst
        var output = Output()
        let isCSV = self.format == .csv && !self.json
        if isCSV { output.write(EventCSV.header) }
        try await store.pages(search) { page in
            for handled in page {
                if isCSV { output.write(EventCSV.line(handled)) } else { output.write(handled.event, json: true) }
            }
            return true
        }
    }
}
