internal import ArgumentParser
internal import Store

/// Which events are wanted.
struct EventFilter: ParsableArguments {
    @Option(help: "Only from the monitoring server with this id.")
    var server: Int64?

    @Option(help: "Only from this host, by id or name.")
    var host: String?

    @Option(name: .customLong("min-severity"), help: "Only as bad as this or worse.")
    var minimumSeverity: SeverityArgument?

    @Option(
        help: ArgumentHelp(
            "Only from this time on: 2026-01-02T03:04:05Z, 2026-01-02, or an age such as 15m, 2h, 7d.",
            valueName: "time"
        )
    )
    var since: TimeArgument?

    @Option(help: ArgumentHelp("Only before this time.", valueName: "time"))
    var until: TimeArgument?

    @Option(help: "Only with this in the text; ASCII letters in either case.")
    var text: String?

    /// The query, for at most so many events.
    func query(limit: Int = 1000) -> EventQuery {
        var query = EventQuery(limit: limit)
        query.server = self.server
        query.host = self.host
        query.minimumSeverity = self.minimumSeverity?.severity
        query.since = self.since?.timestamp
        query.until = self.until?.timestamp
        query.text = self.text
        return query
    }
}
