internal import ArgumentParser
internal import Escaping
internal import Operations
internal import Store

/// Which events are wanted.
struct EventFilter: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A query as in the console, such as 'severity>=error host:web* text:\"disk full\" since:-2h'.",
            valueName: "query"
        )
    )
    var expression: String?

    @Option(help: "Only from the monitoring server with this id.")
    var server: Int64?

    @Option(help: "Only from this host, by id or name.")
    var host: String?

    @Option(name: .customLong("min-severity"), help: "Only as bad as this or worse.")
    var minimumSeverity: SeverityArgument?

    @Option(
        parsing: .unconditional,  // an age begins with a hyphen
        help: ArgumentHelp(
            "Only from this time on: 2026-01-02T03:04:05Z, 2026-01-02, or an age such as -15m, -2h, -7d.",
            valueName: "time"
        )
    )
    var since: TimeArgument?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only before this time.", valueName: "time"))
    var until: TimeArgument?

    @Option(help: "Only with this in the text; ASCII letters in either case.")
    var text: String?

    func validate() throws {
        guard let expression = self.expression else { return }
        do {
            _ = try Store.EventFilter(query: expression, now: .now)
        } catch {
            throw ValidationError("The query is wrong \(error).")
        }
    }

    /// What options and query mean together, now.
    func filter() throws -> Store.EventFilter {
        var parts: [Store.EventFilter] = []
        if let server = self.server { parts.append(.server(server)) }
        if let host = self.host { parts.append(.name(.host, like: host.escaped(for: .likePattern))) }
        if let minimum = self.minimumSeverity?.severity {
            parts.append(.severity(in: Set(Severity.allCases.filter { $0 >= minimum }.map(\.rawValue))))
        }
        if let since = self.moment("--since", self.since) { parts.append(.since(since)) }
        if let until = self.moment("--until", self.until) { parts.append(.until(until)) }
        if let text = self.text { parts.append(.text(like: "%\(text.escaped(for: .likePattern))%")) }
        if let expression = self.expression { parts.append(try Store.EventFilter(query: expression, now: .now)) }
        return .all(parts)
    }

    /// The moment of an option; says so when it was written as the first version had it.
    private func moment(_ option: String, _ argument: TimeArgument?) -> Timestamp? {
        if let newForm = argument?.newForm {
            Warning.print("\(option): this is an old form, which a later version will not read; write \(newForm)")
        }
        return argument?.timestamp
    }
}
