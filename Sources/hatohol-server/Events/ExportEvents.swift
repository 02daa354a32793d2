internal import ArgumentParser
internal import Escaping
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
        if isCSV { output.line(CSV.header) }
        try await store.pages(search) { page in
            for event in page.lazy.map(\.event) {
                if isCSV { output.line(CSV.line(event)) } else { output.write(event, json: true) }
            }
            return true
        }
    }
}

/// Events as RFC 4180 has it.
private enum CSV {
    static let header = "id,server,eventId,time,type,status,severity,hostId,hostName,triggerId,brief,extendedInfo\r"

    static func line(_ event: StoredEvent) -> String {
        let content = event.content
        let fields = [
            "\(event.id)", "\(event.server)", content.eventID, "\(content.time)", content.type.word,
            content.status.word,
            content.severity.word, content.hostID, content.hostName, content.triggerID, content.brief,
            content.extendedInfo,
        ]
        return fields.map { $0.escaped(for: .csvField) }.joined(separator: ",") + "\r"
    }
}
