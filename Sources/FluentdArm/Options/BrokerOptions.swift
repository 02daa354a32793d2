internal import ArgumentParser

struct BrokerOptions: OptionTable {
    @Option(help: ArgumentHelp("Brokers, tried in turn (default: localhost).", valueName: "host[:port],…"))
    var amqpBroker: String?

    @Option(
        help: ArgumentHelp("Port of brokers named without one (default: 5671 with TLS, else 5672).", valueName: "port")
    )
    var amqpPort: String?

    @Option(help: ArgumentHelp("Virtual host (default: /).", valueName: "vhost"))
    var amqpVhost: String?

    @Option(
        help: ArgumentHelp("Base name of the queues, -S and -T are appended (default: hap2-queue).", valueName: "name")
    )
    var amqpQueue: String?

    @Option(
        help: ArgumentHelp(
            "How a missing queue is declared: durable, quorum, transient (default: durable).",
            valueName: "type"
        )
    )
    var amqpQueueType: String?

    @Option(
        help: ArgumentHelp(
            "Exchange to publish to; '' is the default one, for original servers (default: hatohol if it is there).",
            valueName: "name"
        )
    )
    var amqpExchange: String?

    @Option(
        help: ArgumentHelp(
            "Broker user whose answers are taken (default: any that the broker has verified).",
            valueName: "user"
        )
    )
    var amqpServerUser: String?

    @Option(
        help: ArgumentHelp(
            "plain or external, which uses the client certificate (default: plain).",
            valueName: "mechanism"
        )
    )
    var amqpAuth: String?

    @Option(help: ArgumentHelp("User (default: hatohol).", valueName: "user"))
    var amqpUser: String?

    @Option(
        help: ArgumentHelp("Password; other users can see it here, prefer HAPI_AMQP_PASSWORD.", valueName: "password")
    )
    var amqpPassword: String?

    @Option(help: ArgumentHelp("File whose first line is the password.", valueName: "file"))
    var amqpPasswordFile: String?

    @Option(help: ArgumentHelp("Client key, PEM. Any of key, cert and ca switches TLS on.", valueName: "file"))
    var amqpSslKey: String?

    @Option(help: ArgumentHelp("Client certificate, PEM, followed by intermediate ones.", valueName: "file"))
    var amqpSslCert: String?

    @Option(help: ArgumentHelp("Authorities the broker's certificate must come from, PEM.", valueName: "file"))
    var amqpSslCa: String?

    @Option(help: ArgumentHelp("Revocation list of the broker's issuer, PEM.", valueName: "file"))
    var amqpSslCrl: String?

    @Option(
        help: ArgumentHelp("peer checks the broker's chain and name, none nothing (default: peer).", valueName: "how")
    )
    var amqpSslVerify: String?

    var table: [(String, [String])] {
        [
            ("amqp-broker", Self.single(self.amqpBroker)), ("amqp-port", Self.single(self.amqpPort)),
            ("amqp-vhost", Self.single(self.amqpVhost)), ("amqp-queue", Self.single(self.amqpQueue)),
            ("amqp-queue-type", Self.single(self.amqpQueueType)), ("amqp-exchange", Self.single(self.amqpExchange)),
            ("amqp-server-user", Self.single(self.amqpServerUser)), ("amqp-auth", Self.single(self.amqpAuth)),
            ("amqp-user", Self.single(self.amqpUser)), ("amqp-password", Self.single(self.amqpPassword)),
            ("amqp-password-file", Self.single(self.amqpPasswordFile)),
            ("amqp-ssl-key", Self.single(self.amqpSslKey)), ("amqp-ssl-cert", Self.single(self.amqpSslCert)),
            ("amqp-ssl-ca", Self.single(self.amqpSslCa)), ("amqp-ssl-crl", Self.single(self.amqpSslCrl)),
            ("amqp-ssl-verify", Self.single(self.amqpSslVerify)),
        ]
    }
}
