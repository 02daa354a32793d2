internal import ArgumentParser

struct SourceOptions: OptionTable {
    @Option(
        name: .customLong("tail"),
        help: ArgumentHelp("Follow files; repeatable, may hold * ? [] and **.", valueName: "path")
    )
    var tails: [String] = []

    @Option(
        help: ArgumentHelp("Where to begin in files never seen: beginning or end (default: end).", valueName: "where")
    )
    var from: String?

    @Option(
        name: .customLong("syslog"),
        help: ArgumentHelp(
            "Receive syslog: udp://, tcp://ADDR:PORT, unix:PATH, unix-stream:PATH; repeatable.",
            valueName: "url"
        )
    )
    var syslogs: [String] = []

    @Option(
        name: .customLong("forward"),
        help: ArgumentHelp(
            "Receive the Forward protocol of Fluentd and Fluent Bit; repeatable.",
            valueName: "addr:port"
        )
    )
    var forwards: [String] = []

    @Option(help: ArgumentHelp("File whose first line is the key that Forward senders must know.", valueName: "file"))
    var forwardSharedKeyFile: String?

    @Flag(help: "Read records from standard input and end at its end.")
    var stdin = false

    @Option(
        help: ArgumentHelp(
            "Child process whose standard output is read (default: /usr/sbin/td-agent --suppress-config-dump).",
            valueName: "command"
        )
    )
    var fluentdLaunch: String?

    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp(
            "Tags that become events, matched from their start; repeatable (default: ^hatohol\\..*).",
            valueName: "regex"
        )
    )
    var tags: [String] = []

    var table: [(String, [String])] {
        [
            ("tail", self.tails), ("from", Self.single(self.from)), ("stdin", Self.flag(self.stdin)),
            ("syslog", self.syslogs), ("forward", self.forwards),
            ("forward-shared-key-file", Self.single(self.forwardSharedKeyFile)),
            ("fluentd-launch", Self.single(self.fluentdLaunch)), ("tag", self.tags),
        ]
    }
}
