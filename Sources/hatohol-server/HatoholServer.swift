internal import ArgumentParser
internal import Glibc
internal import Product

/// The program: consumes monitoring events from brokers into a store, and shows what is there.
@main
struct HatoholServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hatohol-server",
        abstract: "Consumes monitoring events from brokers into a store, and shows what is there.",
        usage: "hatohol-server [--config FILE] [--data-dir DIR] COMMAND",
        discussion: """
            Options for all commands, before or after the command:
              --config FILE    settings, default /etc/hatohol/hatohol.conf
              --data-dir DIR   where the store is, default /var/lib/hatohol

            Example, from nothing to the first event:
              hatohol-server server add --nickname node1 --queue node1 \\
                  --broker-url amqps://broker.example.com/hatohol \\
                  --tls-ca ca-cert.pem --tls-cert client-cert.pem --tls-key key.pem
              hatohol-server serve
            """,
        version: Product.version,
        subcommands: [
            Serve.self, Servers.self, Events.self, Hosts.self, Triggers.self, Items.self, Arms.self, Fetch.self,
            ProbeCommand.self, Users.self, DatabaseCommands.self, Doctor.self,
        ]
    )

    /// Options that stand before the command belong to it like those after it.
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        await self.main(CommonOptions.movedBehindCommand(arguments))
        // Not exit(3): its handlers take OpenSSL apart while the thread of a connection that is being opened may still use it.
        fflush(nil)
        _exit(0)
    }
}
