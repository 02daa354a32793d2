internal import ArgumentParser
internal import CertificateAuthority

struct BrokerConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker-config",
        abstract: "Print a complete configuration of RabbitMQ for certificates of this authority.",
        discussion: """
            Prints rabbitmq.conf to standard output. To standard error go advanced.config,
            if revocation is checked, and the commands to run once: they enable the plugin,
            set the rights of the files, restart the broker, and add users without passwords
            and with the least permissions.
            With --write the files are written, and the commands go to standard output.

            EXAMPLES
              hatohol-ca broker-config --arm web1 --arm web2
              hatohol-ca broker-config --arm web1 --write /etc/rabbitmq
              hatohol-ca broker-config --rabbitmq-version 4.1 --crl --write /etc/rabbitmq
            """
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    @Option(help: ArgumentHelp("3.8 to 4.x.", valueName: "version"))
    var rabbitmqVersion = "3.10"

    @Option(help: ArgumentHelp("Where the certificates lie on the broker's host.", valueName: "directory"))
    var directory = "/etc/rabbitmq/tls"

    @Flag(help: "Refuse revoked clients.")
    var crl = false

    @Option(help: ArgumentHelp("The port of TLS.", valueName: "number"))
    var port = 5671

    @Option(help: ArgumentHelp("The virtual host.", valueName: "name"))
    var vhost = "hatohol"

    @Option(
        name: .customLong("arm"),
        help: ArgumentHelp("The common name of a node's certificate; repeatable.", valueName: "name")
    )
    var arms: [String] = []

    @Option(help: ArgumentHelp("The common name of the server's certificate.", valueName: "name"))
    var server = "hatohol"

    @Option(help: ArgumentHelp("Write rabbitmq.conf and advanced.config into this directory.", valueName: "directory"))
    var write: String?

    @Flag(help: "Replace files that are there already; the old ones get the ending .old.")
    var force = false

    func validate() throws {
        guard (1...65_535).contains(self.port) else { throw ValidationError("--port is between 1 and 65535") }
    }

    func run() throws {
        var configuration = BrokerConfiguration()
        try configuration.setVersion(self.rabbitmqVersion)
        try configuration.setDirectory(self.directory)
        configuration.usesRevocationLists = self.crl
        configuration.port = self.port
        configuration.virtualHost = self.vhost
        configuration.arms = self.arms
        configuration.server = self.server
        if self.preview.dryRun, let write {
            let names = ["rabbitmq.conf"] + (configuration.advancedConfig == nil ? [] : ["advanced.config"])
            let files = names.map { "\(write)/\($0)" }
            try Files.refuseExisting(files, force: self.force)
            return self.preview.show(files, self.output)
        }
        if let write {
            try Files.write(Array(configuration.rabbitmqConf.utf8), to: "\(write)/rabbitmq.conf", force: self.force)
            if let advanced = configuration.advancedConfig {
                try Files.write(Array(advanced.utf8), to: "\(write)/advanced.config", force: self.force)
            }
        }
        let isWritten = self.write != nil
        if !self.output.json { tell(isWritten ? [Self.heading] : self.remainder(configuration)) }
        self.output.show(
            [
                "rabbitmq.conf": .string(configuration.rabbitmqConf),
                "advanced.config": JSON(configuration.advancedConfig),
                "commands": JSON(configuration.commands),
            ],
            or: isWritten ? configuration.commands : [configuration.rabbitmqConf]
        )
    }

    private static let heading = "# Once, on the broker's host, as root:"

    /// What does not belong into rabbitmq.conf.
    ///
    /// It goes to standard error, because standard output is often sent into that file, and RabbitMQ does not start with
    /// commands in it.
    private func remainder(_ configuration: BrokerConfiguration) -> [String] {
        let advanced = configuration.advancedConfig.map { ["%% advanced.config:", $0] } ?? []
        return advanced + [Self.heading] + configuration.commands
    }
}
