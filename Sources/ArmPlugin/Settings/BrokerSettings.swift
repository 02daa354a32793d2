public import AMQP
public import HAPI

/// Which broker an arm talks to, and over which queues; resolved from the options all arms share.
public struct BrokerSettings: Hashable, Sendable {
    /// Where and how to connect.
    public var connection: ConnectionConfiguration
    /// The queues to the server and from it.
    public var queues: QueuePair
    /// The exchange that messages go to.
    public var exchange: Exchange
    /// The broker's user whose answers are taken; `nil` for any that the broker has verified.
    ///
    /// Not looked at with the default exchange: servers that are reached through it do not say who they are.
    public var serverUser: String?
    /// How a missing queue is declared.
    public var queueType: QueueType
    /// What a person should know before relying on these settings; said at each start.
    public var warnings: [String]

    /// Which exchange messages go to.
    public enum Exchange: Hashable, Sendable {
        /// ``HAPI/QueuePair/exchange`` if the virtual host has it, else the default exchange; looked up at each connect.
        case found
        /// This one; the empty name is that of the default exchange, which original servers need.
        case named(String)

        /// Reads a name; the empty one may stand in quotation marks, since a file cannot set a key to nothing.
        init(written name: String) { self = .named(["''", "\"\""].contains(name) ? "" : name) }
    }

    /// Resolves `amqp-broker`, `-port`, `-vhost`, `-queue`, `-queue-type`, `-exchange`, `-server-user`, `-user`, `-password`, `-password-file`, `-auth`
    /// and `-ssl-*`.
    ///
    /// TLS is on when any of key, certificate and authorities is given. Files must be readable now, though they are read
    /// again at each connect.
    ///
    /// - Throws: ``SettingsError`` that names the setting to change.
    public init(_ settings: Settings, clientName: String) throws(SettingsError) {
        var warnings: [String] = []
        let tls = try Self.tls(settings, &warnings)
        let port = try settings.integer("amqp-port", in: 1...65_535) ?? (tls == nil ? 5672 : 5671)
        let addresses: [BrokerAddress]
        do {
            addresses = try BrokerAddress.list(
                parsing: settings.text("amqp-broker") ?? "localhost",
                defaultPort: UInt16(port)
            )
        } catch {
            throw settings.error("amqp-broker", error.reason)
        }
        self.connection = ConnectionConfiguration(
            addresses: addresses,
            virtualHost: settings.text("amqp-vhost") ?? "/",
            authentication: try Self.authentication(settings, tls, &warnings),
            tls: tls,
            clientName: clientName
        )
        self.queues = QueuePair(base: settings.text("amqp-queue") ?? "hap2-queue")
        guard self.queues.base.utf8.count <= QueuePair.longestBase else {
            throw settings.error("amqp-queue", "is longer than \(QueuePair.longestBase) bytes")
        }
        self.exchange = settings["amqp-exchange"]?.values.last.map(Exchange.init(written:)) ?? .found
        if case .named(let name) = self.exchange, name.utf8.count > 255 {
            throw settings.error("amqp-exchange", "is longer than 255 bytes")
        }
        self.serverUser = settings.text("amqp-server-user")
        let type = try settings.choice("amqp-queue-type", of: QueueType.allCases.map(\.rawValue))
        self.queueType = type.flatMap(QueueType.init(rawValue:)) ?? .durable
        self.warnings = warnings
    }

    private static func tls(_ settings: Settings, _ warnings: inout [String]) throws(SettingsError) -> TLSConfiguration?
    {
        let key = try self.file("amqp-ssl-key", settings)
        let certificate = try self.file("amqp-ssl-cert", settings)
        let authorities = try self.file("amqp-ssl-ca", settings)
        let revocations = try self.file("amqp-ssl-crl", settings)
        let verify = try settings.choice("amqp-ssl-verify", of: ["peer", "none"])
        guard key != nil || certificate != nil || authorities != nil else {
            if revocations != nil {
                throw settings.error("amqp-ssl-crl", "is of use with TLS only: give --amqp-ssl-ca as well")
            }
            return nil
        }
        if key != nil, certificate == nil {
            throw settings.error("amqp-ssl-key", "needs the certificate that goes with it: give --amqp-ssl-cert")
        }
        if certificate != nil, key == nil {
            throw settings.error("amqp-ssl-cert", "needs the key that goes with it: give --amqp-ssl-key")
        }
        if verify == "none" {
            warnings.append(
                "the broker is not verified (amqp-ssl-verify none): whoever answers can read and forge everything"
            )
        }
        return TLSConfiguration(
            certificateAuthorityPath: authorities,
            certificateChainPath: certificate,
            privateKeyPath: key,
            revocationListPath: revocations,
            verification: verify == "none" ? .none : .peer
        )
    }

    private static func file(_ name: String, _ settings: Settings) throws(SettingsError) -> String? {
        guard let path = settings.text(name) else { return nil }
        if let reason = SmallFile.whyUnreadable(path) {
            var error = settings.error(name, "\(path) \(reason)")
            error.isUsage = false
            throw error
        }
        return path
    }

    private static func authentication(
        _ settings: Settings,
        _ tls: TLSConfiguration?,
        _ warnings: inout [String]
    ) throws(SettingsError) -> Authentication {
        if try settings.choice("amqp-auth", of: ["plain", "external"]) == "external" {
            guard tls?.certificateChainPath != nil else {
                throw settings.error(
                    "amqp-auth",
                    "external signs in by certificate: give --amqp-ssl-cert and --amqp-ssl-key"
                )
            }
            return .external
        }
        let user = settings.text("amqp-user") ?? "hatohol"
        guard let password = try BrokerPassword(settings, &warnings) else {
            if tls != nil { warnings.append("no password is given: signing in as \(user) with the default one") }
            return .plain(user: user, password: "hatohol")
        }
        return .plain(user: user, password: password.text)
    }
}
