internal import AMQP
internal import ArmPlugin
internal import HAPI
internal import Intake
internal import Logging
internal import Rules

/// `--check-config`: says what a run would do, and what is wrong with it.
struct ConfigurationCheck {
    /// Prints the findings and returns whether a run could begin.
    func run(_ options: FluentdOptions) -> Bool {
        do {
            let configuration = try Configuration.resolve(options, environment: Environment.current)
            let quiet = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
            let sources = try Sources(configuration: configuration, logger: quiet).make(resumingFrom: [])
            for (name, value) in Self.report(configuration) { print("\(name): \(value)") }
            for warning in configuration.warnings + SourceInspection(configuration).warnings {
                print("warning: \(warning)")
            }
            try self.check(sources, configuration)
            print("the configuration is good")
            return true
        } catch {
            print("error: \(error)")
            return false
        }
    }

    /// Tries what the sources need.
    ///
    /// An agent that runs has bound its places already.
    private func check(_ sources: [Sources.Entry], _ configuration: Configuration) throws {
        let running = StatusRequest.ask("\(configuration.stateDirectory)/\(StatusService.socketName)")
        let state = running.map { String(decoding: $0, as: UTF8.self) } ?? ""
        for entry in sources where !state.contains("\"source\":\"\(entry.source.name)\"") { try entry.source.check() }
    }

    static func report(_ configuration: Configuration) -> [(String, String)] {
        let connection = configuration.broker.connection
        var lines = [("configuration file", configuration.file ?? "none")]
        lines.append(("brokers", connection.addresses.map(\.description).joined(separator: ", ")))
        lines.append(("virtual host", connection.virtualHost))
        lines.append(("sign-in", connection.authentication.description))
        lines.append(("TLS", Self.describe(connection.tls)))
        lines.append(
            (
                "queues",
                "\(configuration.broker.queues.toServer), \(configuration.broker.queues.toArm), \(configuration.broker.queueType) if missing"
            )
        )
        lines.append(("exchange", Self.describe(configuration.broker.exchange)))
        for input in configuration.inputs { lines.append(("source", Self.describe(input, configuration))) }
        if let multiline = configuration.multiline {
            let flush = multiline.flush.components.seconds
            lines.append(("records", "start at \(multiline.start.source), are complete after \(flush) s without more"))
        }
        lines.append(("host name", configuration.hostName))
        lines.append(("spool", "\(configuration.stateDirectory), at most \(ByteSize(bytes: configuration.spoolLimit))"))
        let log = configuration.log
        lines.append(("log", "\(log.path ?? "standard error"), \(log.level) and above, as \(log.format)"))
        return lines
    }

    private static func describe(_ exchange: BrokerSettings.Exchange) -> String {
        switch exchange {
        case .found: "\(QueuePair.exchange) if the virtual host has it, else the default one"
        case .named(""): "the default one, where a node is not kept from the queues of others"
        case .named(let name): name
        }
    }

    private static func describe(_ tls: TLSConfiguration?) -> String {
        guard let tls else { return "off" }
        let parts = [
            tls.verification == .peer ? "chain and name of the broker are checked" : "the broker is not checked",
            tls.certificateAuthorityPath.map { "authorities \($0)" } ?? "authorities of the system",
            tls.certificateChainPath.map { "certificate \($0)" }, tls.privateKeyPath.map { "key \($0)" },
            tls.revocationListPath.map { "revocation list \($0)" },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    private static func describe(_ input: Input, _ configuration: Configuration) -> String {
        switch input {
        case .files(let patterns, let isFromBeginning):
            "files \(patterns.joined(separator: " ")), new ones from the \(isFromBeginning ? "beginning" : "end")"
        case .standardInput: "standard input"
        case .fluentd(let command): "output of \(command), tags \(configuration.tags.joined(separator: " "))"
        case .syslog(let url): "syslog \(url)\(Self.clients(of: url, configuration))"
        case .forward(let address): "forward \(address)\(Self.clients(of: address, configuration))"
        }
    }

    /// What a listener with TLS asks of clients; nothing without TLS.
    private static func clients(of address: String, _ configuration: Configuration) -> String {
        guard address.hasPrefix("tls://"), let files = configuration.listenerTLS else { return "" }
        return ", certificate \(files.certificate), client certificates \(files.clients.rawValue)"
    }
}
