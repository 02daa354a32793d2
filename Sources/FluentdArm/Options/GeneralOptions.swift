internal import ArgumentParser

struct GeneralOptions: OptionTable {
    @Option(
        help: ArgumentHelp(
            "Configuration file (default: /etc/hatohol/hap2-fluentd.conf or hap2.conf there).",
            valueName: "file"
        )
    )
    var config: String?

    @Option(help: ArgumentHelp("DEBUG, INFO, WARNING, ERROR or CRITICAL (default: INFO).", valueName: "level"))
    var log: String?

    @Option(help: ArgumentHelp("Python logging file: its level and file are honoured.", valueName: "file"))
    var logConf: String?

    @Option(help: ArgumentHelp("text or json (default: text).", valueName: "format"))
    var logFormat: String?

    @Option(
        help: ArgumentHelp("Seconds between status lines in the log; 0 for none (default: 600).", valueName: "seconds")
    )
    var statusLogInterval: String?

    @Option(help: ArgumentHelp("Where the id of the process is written, as hatohol-arm-plugin-ID.", valueName: "dir"))
    var pidFileDir: String?

    @Option(help: ArgumentHelp("The ID in the name of that file.", valueName: "id"))
    var serverId: String?

    @Option(help: ArgumentHelp("Answer Prometheus at http://addr:port/metrics.", valueName: "addr:port"))
    var metrics: String?

    var table: [(String, [String])] {
        [
            ("metrics", Self.single(self.metrics)),
            ("config", Self.single(self.config)), ("log", Self.single(self.log)),
            ("log-conf", Self.single(self.logConf)), ("log-format", Self.single(self.logFormat)),
            ("status-log-interval", Self.single(self.statusLogInterval)),
            ("pid-file-dir", Self.single(self.pidFileDir)), ("server-id", Self.single(self.serverId)),
        ]
    }
}
