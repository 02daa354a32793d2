internal import ArgumentParser

struct EventOptions: OptionTable {
    @Option(
        help: ArgumentHelp(
            "Host of events from files and standard input (default: this machine's name).",
            valueName: "name"
        )
    )
    var hostName: String?

    @Option(help: ArgumentHelp("Where events wait until the server has them.", valueName: "dir"))
    var stateDir: String?

    @Option(help: ArgumentHelp("How much may wait (default: 1GiB).", valueName: "size"))
    var spoolLimit: String?

    @Option(help: ArgumentHelp("Rules: choose keys, match, set, drop, sample, limit, redact.", valueName: "file"))
    var rules: String?

    var table: [(String, [String])] {
        [
            ("rules", Self.single(self.rules)), ("host-name", Self.single(self.hostName)),
            ("state-dir", Self.single(self.stateDir)),
            ("spool-limit", Self.single(self.spoolLimit)),
        ]
    }
}
