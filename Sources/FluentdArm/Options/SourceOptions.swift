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
        help: ArgumentHelp(
            "Flush files to disk before their lines count, so that no loss of power repeats them: yes or no (default: yes).",
            valueName: "yes|no"
        )
    )
    var syncFiles: String?

    @Option(
        help: ArgumentHelp(
            "A record of files and standard input starts with a line that matches; others are added to it.",
            valueName: "regex"
        )
    )
    var multilineStart: String?

    @Option(
        help: ArgumentHelp(
            "Such a record is complete when nothing was added for so long (default: 2).",
            valueName: "seconds"
        )
    )
    var multilineFlush: String?

    @Option(
        name: .customLong("syslog"),
        help: ArgumentHelp(
            "Receive syslog: udp://, tcp://, tls://ADDR:PORT, unix:PATH, unix-stream:PATH; streams may add ?framing=lines; repeatable.",
            valueName: "url"
        )
    )
    var syslogs: [String] = []

    @Option(
        name: .customLong("forward"),
        help: ArgumentHelp(
            "Receive the Forward protocol of Fluentd and Fluent Bit, with TLS by tls://; repeatable.",
            valueName: "addr:port"
        )
    )
    var forwards: [String] = []

    @Option(help: ArgumentHelp("File whose first line is the key that Forward senders must know.", valueName: "file"))
    var forwardSharedKeyFile: String?

    @Option(help: ArgumentHelp("File of NAME:PASSWORD lines; Forward senders must know one.", valueName: "file"))
    var forwardUsersFile: String?

    @Option(
        name: .customLong("listen-tls-cert"),
        help: ArgumentHelp("Certificate for tls:// sources, with its chain, PEM.", valueName: "file")
    )
    var listenTLSCertificate: String?

    @Option(
        name: .customLong("listen-tls-key"),
        help: ArgumentHelp("Private key of that certificate, PEM.", valueName: "file")
    )
    var listenTLSKey: String?

    @Option(
        name: .customLong("listen-tls-ca"),
        help: ArgumentHelp("Authorities whose clients may send to tls:// sources, PEM.", valueName: "file")
    )
    var listenTLSAuthorities: String?

    @Option(
        name: .customLong("listen-tls-clients"),
        help: ArgumentHelp(
            "Whether clients must show a certificate: none, optional or required (default with --listen-tls-ca).",
            valueName: "which"
        )
    )
    var listenTLSClients: String?

    @Option(
        help: ArgumentHelp(
            "How long a peer may take for each of TLS handshake, Forward sign-in and request for metrics, 1 to 600 (default: 10).",
            valueName: "seconds"
        )
    )
    var listenPatience: String?

    @Option(
        help: ArgumentHelp(
            "How many connections of one address are served before they have said something or, with TLS or a key, have shown who they are, 8 to 100000; proxies have no limit (default: 64).",
            valueName: "number"
        )
    )
    var listenNewcomers: String?

    @Option(help: ArgumentHelp("A proxy, behind which many have one address; repeatable.", valueName: "address"))
    var trustedProxy: [String] = []

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
            ("sync-files", Self.single(self.syncFiles)),
            ("multiline-start", Self.single(self.multilineStart)),
            ("multiline-flush", Self.single(self.multilineFlush)),
            ("syslog", self.syslogs), ("forward", self.forwards),
            ("forward-shared-key-file", Self.single(self.forwardSharedKeyFile)),
            ("forward-users-file", Self.single(self.forwardUsersFile)),
            ("listen-tls-cert", Self.single(self.listenTLSCertificate)),
            ("listen-tls-key", Self.single(self.listenTLSKey)),
            ("listen-tls-ca", Self.single(self.listenTLSAuthorities)),
            ("listen-tls-clients", Self.single(self.listenTLSClients)),
            ("listen-patience", Self.single(self.listenPatience)),
            ("listen-newcomers", Self.single(self.listenNewcomers)), ("trusted-proxy", self.trustedProxy),
            ("fluentd-launch", Self.single(self.fluentdLaunch)), ("tag", self.tags),
        ]
    }
}
