internal import ArgumentParser
internal import Product

/// The command `hap2-fluentd`.
struct FluentdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hap2-fluentd",
        abstract: "Sends log records as events to a Hatohol server, over AMQP.",
        discussion: """
            Follows files, a fluentd child, syslog, the Forward protocol or standard
            input. What was read is on disk before anything else happens, and is sent
            again until the server has stored it.

            EXAMPLES
              hap2-fluentd --amqp-broker broker.example.com --amqp-vhost hatohol \\
                  --amqp-queue web1 --amqp-auth external --amqp-ssl-ca ca-cert.pem \\
                  --amqp-ssl-cert client-cert.pem --amqp-ssl-key key.pem \\
                  --tail /var/log/syslog

              HAPI_AMQP_PASSWORD=secret hap2-fluentd --amqp-broker broker \\
                  --amqp-queue q01 --fluentd-launch "td-agent -c syslog.conf -q"

            ENVIRONMENT
              HAPI_AMQP_PASSWORD wins over every other password. HAPI_AMQP_HOST, _PORT,
              _USER, _QUEUE and _VHOST stand between command line and file.

            EXIT STATUS
              0 done, 1 failed, 64 wrong usage.
            """,
        version: Product.version
    )

    @OptionGroup var options: FluentdOptions

    /// Reads a command line without the name of the program; abbreviated options are understood.
    ///
    /// - Throws: ``UsageError``; ArgumentParser's own request for help or version.
    static func parseOptions(_ arguments: [String]) throws -> FluentdOptions {
        let abbreviations = Abbreviations(names: FluentdOptions.names, preferred: FluentdOptions.originalNames)
        let expanded: [String]
        do {
            expanded = try abbreviations.expand(arguments)
        } catch {
            throw UsageError(description: error.description)
        }
        do {
            return try self.parse(Self.withoutEmptyLists(expanded)).options
        } catch {
            if self.exitCode(for: error).isSuccess { throw error }
            throw UsageError(description: self.message(for: error))
        }
    }

    /// Removes `--polling-targets` without words, which argparse allows and ArgumentParser does not.
    private static func withoutEmptyLists(_ arguments: [String]) -> [String] {
        arguments.indices.filter { index in
            let isEmptyList = index + 1 == arguments.count || arguments[index + 1].hasPrefix("-")
            return arguments[index] != "--polling-targets" || !isEmptyList
        }.map { arguments[$0] }
    }
}

/// A command line that cannot be understood.
struct UsageError: Error, CustomStringConvertible {
    let description: String
}
