internal import ArgumentParser
internal import CertificateAuthority

struct RolloverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollover",
        abstract: "Change the root in stages, without an outage.",
        discussion: """
            prepare, distribute the bundle, reissue, distribute the certificates,
            switch, wait, retire. 'status' says what comes next.

            EXAMPLES
              hatohol-ca rollover prepare --base-directory /etc/hatohol/ca
              hatohol-ca rollover reissue --peer broker.example.com:5671
              hatohol-ca rollover status
            """,
        subcommands: [
            RolloverStatus.self, RolloverPrepare.self, RolloverReissue.self, RolloverSwitch.self, RolloverRetire.self,
        ],
        defaultSubcommand: RolloverStatus.self
    )
}

/// Live peers that must be ready for a step.
struct PeerOptions: ParsableArguments {
    @Option(
        name: .customLong("peer"),
        help: ArgumentHelp("A live peer to be checked first; repeatable.", valueName: "host:port")
    )
    var peers: [String] = []

    func checks() throws -> [(name: String, check: LiveCheck)] {
        try self.peers.map {
            let (host, port) = try Check.address($0)
            return ($0, LiveCheck(host: host, port: port))
        }
    }
}

struct RolloverStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say how far the change is, and what comes next.",
        discussion: """
            EXAMPLE
              hatohol-ca rollover status --base-directory /etc/hatohol/ca --json
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let rollover = Rollover(try self.directory.open())
        self.output.show(
            ["stage": .string(rollover.stage.rawValue), "advice": JSON(rollover.advice)],
            or: ["stage: \(rollover.stage.rawValue)"] + rollover.advice
        )
    }
}
