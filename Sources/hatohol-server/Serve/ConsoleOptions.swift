internal import ArgumentParser
internal import Console
internal import Gateway
internal import Glibc
internal import Logging
internal import Store

/// How `serve` offers the console.
struct ConsoleOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the console listens; port 0 takes a free one.", valueName: "host:port"))
    var listen = "127.0.0.1:8443"

    @Option(help: ArgumentHelp("Certificate chain of the console, PEM; makes it HTTPS.", valueName: "file"))
    var consoleCert: String?

    @Option(help: ArgumentHelp("Key of that certificate, PEM.", valueName: "file"))
    var consoleKey: String?

    @Option(help: ArgumentHelp("Whose certificates browsers and programs must have, PEM.", valueName: "file"))
    var consoleClientCa: String?

    @Option(
        help: ArgumentHelp(
            "Revocation lists for --console-client-ca, PEM; without one that counts nobody is let in.",
            valueName: "file"
        )
    )
    var consoleClientCrl: String?

    @Option(
        help: ArgumentHelp("A proxy whose X-Forwarded-For and -Proto are believed; repeatable.", valueName: "address")
    )
    var trustedProxy: [String] = []

    @Option(
        help: ArgumentHelp(
            "How long a peer may take for the TLS handshake, and for the head of its first request, 1 to 600.",
            valueName: "seconds"
        )
    )
    var consolePatience: Int64 = 10

    @Option(
        help: ArgumentHelp(
            "How many connections of one address are served before somebody signs in on them, 8 to 100000; proxies have no limit.",
            valueName: "number"
        )
    )
    var consoleNewcomers = 64

    @Flag(help: "Serve plain HTTP beyond loopback too, for a proxy that does HTTPS.")
    var plainHttp = false

    @Flag(help: "Consume only.")
    var noConsole = false

    func validate() throws {
        guard self.address != nil else { throw ValidationError("--listen is HOST:PORT.") }
        guard (self.consoleCert == nil) == (self.consoleKey == nil) else {
            throw ValidationError("--console-cert and --console-key go together.")
        }
        guard (1...600).contains(self.consolePatience) else {
            throw ValidationError("--console-patience is 1 to 600 seconds.")
        }
        guard (8...100_000).contains(self.consoleNewcomers) else {
            throw ValidationError("--console-newcomers is 8 to 100000.")
        }
        guard self.consoleClientCa == nil || self.consoleCert != nil else {
            throw ValidationError("--console-client-ca needs --console-cert and --console-key.")
        }
        guard self.consoleClientCrl == nil || self.consoleClientCa != nil else {
            throw ValidationError("--console-client-crl needs --console-client-ca.")
        }
    }

    private var address: (host: String, port: Int)? {
        guard let colon = self.listen.lastIndex(of: ":"), let port = UInt16(self.listen[colon...].dropFirst()) else {
            return nil
        }
        let host = self.listen[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        return (String(isBracketed ? host.dropFirst().dropLast() : host), Int(port))
    }

    /// The console over a store; nil when none is wanted.
    func console(store: MonitoringStore, in dataDirectory: String, logger: Logger) throws -> Console? {
        guard !self.noConsole, let address else { return nil }
        var configuration = ConsoleConfiguration(
            host: address.host,
            port: address.port,
            version: HatoholServer.configuration.version
        )
        if let certificate = self.consoleCert, let key = self.consoleKey {
            configuration.tls = .init(
                certificate: certificate,
                key: key,
                clientAuthority: self.consoleClientCa,
                clientRevocationLists: self.consoleClientCrl
            )
        }
        configuration.allowsPlainHTTP = self.plainHttp
        configuration.trustedProxies = Set(self.trustedProxy)
        configuration.patience = self.consolePatience
        configuration.newcomersPerAddress = self.consoleNewcomers
        configuration.testConnection = { await Self.test($0, logger: logger) }
        let scheme = configuration.tls == nil ? "http" : "https"
        return try Console(store: store, configuration: configuration, logger: logger) { port in
            let base = "\(scheme)://\(address.host.contains(":") ? "[\(address.host)]" : address.host):\(port)"
            logger.info("console", metadata: ["address": "\(base)"])
            await Self.offerAdministratorLink(store: store, in: dataDirectory, base: base, logger: logger)
        }
    }

    /// While nobody can sign in, prints a link that does so once: to standard output, never into a log.
    ///
    /// Under systemd standard output is a log. Another `serve` would be refused while this one runs; a command is not.
    private static func offerAdministratorLink(
        store: MonitoringStore,
        in dataDirectory: String,
        base: String,
        logger: Logger
    ) async {
        do {
            guard try await Console.needsAdministrator(store: store) else { return }
            guard getenv("JOURNAL_STREAM") == nil else {
                let command = "hatohol-server user add NAME --role admin --data-dir \(dataDirectory)"
                return logger.notice(
                    "nobody can sign in yet; add an administrator, as the user of this service: \(command)"
                )
            }
            print(
                "sign in as the first administrator, once: \(try await Console.administratorLink(store: store, base: base))"
            )
            fflush(nil)
        } catch {
            logger.warning("no link for the first administrator", metadata: ["error": "\(error)"])
        }
    }

    private static func test(_ server: MonitoringServer, logger: Logger) async -> [ConsoleConfiguration.ConnectionStage]
    {
        do {
            try BrokerCheck.check(server.broker)
        } catch {
            return [.init(name: "settings", succeeded: false, detail: "\(error)")]
        }
        let settings = ConsoleConfiguration.ConnectionStage(name: "settings", succeeded: true, detail: "complete")
        do {
            let finding = try await BrokerCheck.connect(server.broker, logger: logger)
            let detail = [finding.address, finding.security].compactMap(\.self).joined(separator: ", ")
            return [settings, .init(name: "connection", succeeded: true, detail: detail)]
        } catch {
            return [settings, .init(name: "connection", succeeded: false, detail: "\(error)")]
        }
    }
}
