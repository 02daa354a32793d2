internal import ArgumentParser
internal import Product

/// Certificates for brokers, nodes and servers.
@main
struct HatoholCA: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hatohol-ca",
        abstract: "A certificate authority for RabbitMQ, its clients and hatohol.",
        discussion: """
            EXAMPLES
              hatohol-ca init --base-directory /etc/hatohol/ca
              hatohol-ca issue server --base-directory /etc/hatohol/ca --host-name broker.example.com
              hatohol-ca create client --host-name web1.example.com       (on the node)
              hatohol-ca sign client req.pem --base-directory /etc/hatohol/ca

            Exit status: 0 done, 1 failed, 64 wrong usage; 'expiring' ends with 2 when
            something expires.
            """,
        version: Product.version,
        groupedSubcommands: [
            CommandGroup(name: "Making", subcommands: [Init.self, Create.self, Sign.self, Issue.self]),
            CommandGroup(
                name: "Looking",
                subcommands: [List.self, Expiring.self, Show.self, Inspect.self, Audit.self]
            ),
            CommandGroup(
                name: "Changing",
                subcommands: [
                    Renew.self, Rekey.self, Revoke.self, Hold.self, Release.self, CrlCommand.self, Ocsp.self,
                    KeyPassphrase.self,
                ]
            ),
            CommandGroup(
                name: "Checking",
                subcommands: [Verify.self, LintCommand.self, Check.self, DoctorCommand.self]
            ),
            CommandGroup(name: "Enrolling", subcommands: [KeyCommand.self, Serve.self, Enroll.self]),
            CommandGroup(
                name: "Delivering",
                subcommands: [BrokerConfig.self, Export.self, Bundle.self, Deploy.self, RolloverCommand.self]
            ),
        ]
    )
}
