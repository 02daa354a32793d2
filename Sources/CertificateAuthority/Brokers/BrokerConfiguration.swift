internal import Escaping

/// The settings of a RabbitMQ broker that lets in holders of our certificates and nobody else.
public struct BrokerConfiguration: Sendable {
    /// The release, as in 3.10 or 4.1.
    public var version: (major: Int, minor: Int) = (3, 10)
    /// Where the files lie on the broker's host.
    public var directory = "/etc/rabbitmq/tls"
    /// Whether revoked clients are refused.
    public var usesRevocationLists = false
    /// The port.
    public var port = 5671
    /// The virtual host of hatohol.
    public var virtualHost = "hatohol"
    /// Common names of arms; each gets a user that may write to the server and read its answers.
    public var arms: [String] = []
    /// The common name of the server's certificate.
    public var server = "hatohol"

    /// Settings for RabbitMQ 3.10, as in Debian 12.
    public init() {}

    /// Reads a release; 3.10 to 4.x are known.
    public mutating func setVersion(_ text: String) throws {
        let parts = text.split(separator: ".").compactMap { Int($0) }
        guard let major = parts.first, major == 3 || major == 4, major == 4 || (parts.dropFirst().first ?? 10) >= 8
        else {
            throw AuthorityError(.input, "reading the version '\(text.sanitized)'", "3.8 to 4.x are known")
        }
        self.version = (major, parts.dropFirst().first ?? (major == 3 ? 10 : 0))
    }

    /// Takes the directory of the files on the broker's host; its path stands in files of three languages.
    public mutating func setDirectory(_ path: String) throws {
        guard path.hasPrefix("/"), path.isVisible, !path.contains(where: { "\"'\\#%,;$`".contains($0) }) else {
            throw AuthorityError(
                .input,
                "reading the directory '\(path.sanitized)'",
                "it is no absolute path of letters, digits, blanks and plain signs"
            )
        }
        self.directory = path
    }

    private var listDirectory: String { "\(self.directory)/crl" }
    private var authority: String { "\(self.directory)/ca-cert.pem" }
    /// Certificate, chain and key in one file, so that a swap can never pair a new one with an old one.
    private var combined: String { "\(self.directory)/\(Self.combinedFileName)" }
    /// The name of that file in the directory.
    public static let combinedFileName = "server.pem"

    /// `rabbitmq.conf`, complete.
    public var rabbitmqConf: String {
        let common = """
            # Only TLS, only with a certificate of our authority; the user is its common name.
            listeners.tcp = none
            listeners.ssl.default = \(self.port)
            auth_mechanisms.1 = EXTERNAL
            ssl_cert_login_from = common_name

            """
        if self.usesRevocationLists {
            return common + """
                # The options of TLS are all in advanced.config: its list would replace one given here.

                """
        }
        return common + """
            ssl_options.cacertfile = \(self.authority)
            ssl_options.certfile = \(self.combined)
            ssl_options.keyfile = \(self.combined)
            ssl_options.verify = verify_peer
            ssl_options.fail_if_no_peer_cert = true
            ssl_options.versions.1 = tlsv1.3
            ssl_options.versions.2 = tlsv1.2

            """
    }

    /// `advanced.config`, complete; nil when none is needed.
    ///
    /// Sessions must not be resumed: TLS 1.2 would let a revoked client back in without looking at the list.
    public var advancedConfig: String? {
        guard self.usesRevocationLists else { return nil }
        return """
            [{rabbit, [{ssl_options, [
                {cacertfile, "\(self.authority)"},
                {certfile, "\(self.combined)"},
                {keyfile, "\(self.combined)"},
                {verify, verify_peer},
                {fail_if_no_peer_cert, true},
                {versions, ['tlsv1.3', 'tlsv1.2']},
                {reuse_sessions, false},
                {crl_check, peer},
                {crl_cache, {ssl_crl_hash_dir, {internal, [{dir, "\(self.listDirectory)"}]}}}
            ]}]}].

            """
    }

    /// What to run on the broker's host, once and in this order, when the files of the configuration are in place.
    ///
    /// `rabbitmqctl` needs a running broker, and the broker reads its configuration only when it starts: hence the restart
    /// before the first user.
    public var commands: [String] {
        var commands = [
            "rabbitmq-plugins enable rabbitmq_auth_mechanism_ssl",
            "chown -R root:rabbitmq \(Self.quoted(self.directory)) && chmod 0750 \(Self.quoted(self.directory))"
                + " && chmod 0640 \(Self.quoted(self.combined))",
        ]
        if self.usesRevocationLists {
            // While the root changes there are two lists.
            commands.append(
                "find \(Self.quoted(self.listDirectory)) -name '*.r[0-9]*' -size +0 | grep -q ."
                    + "   # without a list every client is rejected"
            )
        }
        commands.append("systemctl restart rabbitmq-server")
        commands.append("rabbitmqctl add_vhost \(Self.quoted(self.virtualHost))")
        commands += self.user(self.server, configure: ".*", write: ".*", read: ".*")
        for arm in self.arms {
            let name = Self.escaped(arm)
            commands += self.user(arm, configure: Self.nothing, write: "^\(Self.exchange)$", read: "^\(name)-T$")
            commands.append(
                "rabbitmqctl set_topic_permissions -p \(Self.quoted(self.virtualHost)) \(Self.quoted(arm)) \(Self.exchange)"
                    + " \(Self.quoted("^\(name)\\.S$")) \(Self.quoted(Self.nothing))"
            )
        }
        return commands
    }

    /// The exchange that arms publish to, which hatohol-server makes.
    ///
    /// With the right to write to the default exchange an arm could write to the queues of all others: the broker checks a message
    /// against the exchange only, and against the routing key only if that is a topic exchange.
    private static let exchange = "hatohol"
    /// A pattern that no name matches.
    private static let nothing = "^$"

    /// What to run when a certificate was revoked: open connections do not notice by themselves.
    public func closing(user: String) -> String {
        "rabbitmqctl close_all_user_connections \(Self.quoted(user)) 'certificate revoked'"
    }

    /// The command that makes a user without a password: only a certificate signs in.
    public static func adding(user name: String) -> String {
        let user = self.quoted(name)
        return "rabbitmqctl add_user \(user) \"$(openssl rand -hex 16)\" && rabbitmqctl clear_password \(user)"
    }

    /// Such a user, and what it may do.
    private func user(_ name: String, configure: String, write: String, read: String) -> [String] {
        let user = Self.quoted(name)
        return [
            Self.adding(user: name),
            "rabbitmqctl set_permissions -p \(Self.quoted(self.virtualHost)) \(user)"
                + " \(Self.quoted(configure)) \(Self.quoted(write)) \(Self.quoted(read))",
        ]
    }

    private static func escaped(_ name: String) -> String { name.escaped(for: .regularExpression) }

    /// The name as one word of a shell.
    static func quoted(_ text: String) -> String { text.escaped(for: .shellWord) }
}
