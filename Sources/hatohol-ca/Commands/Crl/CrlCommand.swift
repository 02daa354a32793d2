internal import ArgumentParser

struct CrlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crl",
        abstract: "Write the revocation list, or fetch it from the enrolment service.",
        discussion: """
            Without a subcommand a list is written, on the authority's host. 'fetch' is for
            brokers, and for nodes that check their broker's certificate.

            EXAMPLES
              hatohol-ca crl --if-needed --install /srv/crl --passphrase-file /etc/hatohol/ca-passphrase
              hatohol-ca crl fetch --url https://ca.example.com:8443 --install /etc/rabbitmq/tls/crl
            """,
        subcommands: [CrlWrite.self, CrlFetch.self],
        defaultSubcommand: CrlWrite.self
    )
}
