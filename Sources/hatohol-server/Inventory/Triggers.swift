internal import ArgumentParser
internal import Operations
internal import Store

/// `triggers`.
struct Triggers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "triggers",
        abstract: "Lists the triggers, those of the arms and the server's own.",
        discussion: "Example: hatohol-server triggers --server 1 --problems"
    )

    @OptionGroup var common: CommonOptions
    @Option(help: "Only of the monitoring server with this id.") var server: Int64?
    @Flag(help: "Only those that are not OK.") var problems = false
    @Flag(help: "Print one JSON object per line.") var json = false

    func run() async throws {
        let all = try await self.common.openStore().triggers(server: self.server)
        let triggers = self.problems ? all.filter { $0.trigger.status != .ok } : all
        var output = Output()
        var table = Table(["SERVER", "STATUS", "SEVERITY", "SINCE", "HOST", "BRIEF"])
        for stored in triggers {
            let trigger = stored.trigger
            if self.json {
                output.write(JSON(stored).keeping(OldWords.trigger))
            } else {
                table.add([
                    "\(stored.server)", trigger.status.word, trigger.severity.word,
                    trigger.lastChange.description.dropLast(11) + "Z", trigger.hostName.printable,
                    trigger.brief.printable,
                ])
            }
        }
        if !self.json { for line in table.lines { output.line(line) } }
    }
}
