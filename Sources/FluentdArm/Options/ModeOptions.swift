internal import ArgumentParser

struct ModeOptions: ParsableArguments {
    @Flag(help: "Say what would be done and whether it can be; exit 0 or 1.")
    var checkConfig = false

    @Flag(help: "Go through every stage up to the server's answer; exit 0 or 1.")
    var testConnection = false

    @Flag(help: "Show how the agent with the same state directory is doing; exit 0 or 1.")
    var status = false

    @Flag(help: "Show for each line of standard input the event it would become, and the rules that made it so.")
    var explain = false

    @Flag(help: "With --status and --explain: as JSON.")
    var json = false

    /// Whether the program only answers and ends, instead of running as an agent.
    var isQuestion: Bool { self.checkConfig || self.testConnection || self.status || self.explain }

    static let names: Set<String> = ["check-config", "test-connection", "status", "explain", "json"]
}
