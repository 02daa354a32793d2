internal import ArgumentParser
internal import Foundation
internal import Gateway
internal import Glibc
internal import HAPI
internal import Store

/// What can be said about a monitoring server; each command says which of it is needed.
struct ServerOptions: ParsableArguments {
    @Option(help: "The name for people.")
    var nickname: String?

    @Option(
        name: .customLong("broker-url"),
        help: "amqps://[USER[:PASSWORD]@]HOST[:PORT][/VHOST]; without a user the certificate signs in."
    )
    var brokerURL: String?

    @Option(
        name: .customLong("broker-password-file"),
        help: "The first line is the password of the user in --broker-url."
    )
    var brokerPasswordFile: String?

    @Option(help: "The queue pair: <queue>-S and <queue>-T.")
    var queue: String?

    @Option(name: .customLong("queue-type"), help: "How a missing queue is declared: durable, quorum or transient.")
    var queueType: String?

    @Option(
        name: .customLong("arm-user"),
        help: "The broker's user whose messages are the arm's; '' takes anybody's, for original arms. Default: <queue>."
    )
    var armUser: String?

    @Option(help: "zabbix, nagios-ndoutils, nagios-livestatus, ceilometer, fluentd or a UUID; default fluentd.")
    var type: String?

    @Option(name: .customLong("tls-ca"), help: "Certificate authority of the broker, a file.", completion: .file())
    var tlsCA: String?

    @Option(name: .customLong("tls-cert"), help: "Our certificate, a file.", completion: .file())
    var tlsCertificate: String?

    @Option(name: .customLong("tls-key"), help: "Our key, a file.", completion: .file())
    var tlsKey: String?

    @Option(name: .customLong("tls-verify"), help: "peer or none: whether the broker's chain and name are verified.")
    var tlsVerify: String?

    @Option(name: .customLong("url"), help: "Address of the monitored system, for the arm.")
    var monitoredURL: String?

    @Option(name: .customLong("user-name"), help: "Login at the monitored system, for the arm.")
    var userName: String?

    @Option(
        name: .customLong("password-file"),
        help: "The first line is the password at the monitored system, for the arm."
    )
    var passwordFile: String?

    @Option(name: .customLong("polling-interval"), help: "Seconds between polls of the arm, 1 to 31622400; default 30.")
    var pollingInterval: Int?

    @Option(
        name: .customLong("retry-interval"),
        help: "Seconds until the arm tries a failed poll again, 1 to 2678400; default 10."
    )
    var retryInterval: Int?

    @Option(name: .customLong("extended-info"), help: "Text for the arm.")
    var extendedInfo: String?

    func validate() throws {
        try self.check("--queue-type", self.queueType, among: ["durable", "quorum", "transient"])
        try self.check("--tls-verify", self.tlsVerify, among: ["peer", "none"])
        try self.check("--polling-interval", self.pollingInterval, within: 1...31_622_400)
        try self.check("--retry-interval", self.retryInterval, within: 1...2_678_400)
        if let type = self.type, self.serverType == nil {
            throw ValidationError("--type is a name such as fluentd or a UUID, not \(type).")
        }
        guard self.nickname?.isEmpty != true, (self.nickname?.unicodeScalars.count ?? 0) <= 255 else {
            throw ValidationError("--nickname has 1 to 255 characters.")
        }
        guard (self.armUser?.utf8.count ?? 0) <= 255 else { throw ValidationError("--arm-user has at most 255 bytes.") }
        guard self.queue?.isEmpty != true, (self.queue?.utf8.count ?? 0) <= 253 else {
            throw ValidationError("--queue has 1 to 253 bytes.")
        }
    }

    private func check(_ option: String, _ value: String?, among words: [String]) throws {
        guard let value, !words.contains(value) else { return }
        throw ValidationError("\(option) is \(words.joined(separator: " or ")), not \(value).")
    }

    private func check(_ option: String, _ value: Int?, within range: ClosedRange<Int>) throws {
        guard let value, !range.contains(value) else { return }
        throw ValidationError("\(option) is \(range.lowerBound) to \(range.upperBound), not \(value).")
    }

    /// The UUID of the type; nil when it is neither a name nor a UUID.
    private var serverType: String? {
        guard let type = self.type else { return ServerType.fluentd.rawValue }
        return ServerType.named.first { $0.name == type }?.type.rawValue
            ?? UUID(uuidString: type).map { _ in type.lowercased() }
    }

    /// Puts what was said into a server and checks the whole.
    func apply(to server: inout MonitoringServer) throws {
        if let nickname = self.nickname { server.nickname = nickname }
        if self.type != nil, let type = self.serverType { server.type = type }
        if let queue = self.queue { server.broker.use(queue: queue) }
        if let user = self.armUser { server.broker.armUser = user.isEmpty ? nil : user }
        if let queueType = self.queueType { server.broker.queueType = queueType }
        if self.brokerURL != nil || self.brokerPasswordFile != nil {
            server.broker.url = try self.brokerURL(insteadOf: server.broker.url)
        }
        if let file = self.tlsCA { server.broker.certificateAuthority = try Self.existing(file, "--tls-ca") }
        if let file = self.tlsCertificate { server.broker.certificate = try Self.existing(file, "--tls-cert") }
        if let file = self.tlsKey { server.broker.key = try Self.existing(file, "--tls-key") }
        if let verify = self.tlsVerify { server.broker.verifiesPeer = verify == "peer" }
        if let url = self.monitoredURL { server.settings.url = url }
        if let userName = self.userName { server.settings.userName = userName }
        if let file = self.passwordFile { server.settings.password = try Self.firstLine(of: file) }
        if let interval = self.pollingInterval { server.settings.pollingInterval = interval }
        if let interval = self.retryInterval { server.settings.retryInterval = interval }
        if let text = self.extendedInfo { server.settings.extendedInfo = text }
        try BrokerCheck.check(server.broker)
    }

    /// The URL of the broker from now on: what was named, with the password that was known where it shows three asterisks.
    private func brokerURL(insteadOf known: BrokerURL) throws -> BrokerURL {
        let given = self.brokerURL.map { BrokerURL($0) } ?? known
        do { _ = try given.parts } catch { throw CommandError("--broker-url", error.reason, "see --help") }
        if self.brokerURL != nil, given.hasPassword, !given.isMasked {
            Warning.print(
                "the password in --broker-url is visible to every user of this machine; use --broker-password-file"
            )
        }
        if let file = self.brokerPasswordFile {
            guard let url = given.with(password: try Self.firstLine(of: file)) else {
                throw CommandError("broker password", "the broker's URL names no user", "write amqps://USER@HOST/VHOST")
            }
            return url
        }
        do {
            return try given.keepingPassword(of: known)
        } catch {
            throw CommandError("--broker-url", error.reason, "use --broker-password-file")
        }
    }

    private static func firstLine(of file: String) throws -> String {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw CommandError("password", "cannot read \(file)", "check its name and permissions")
        }
        let line = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        guard !line.isEmpty else {
            throw CommandError("password", "the first line of \(file) is empty", "write it there")
        }
        return String(line.hasSuffix("\r") ? line.dropLast() : line)
    }

    /// The absolute path of a file, since the server that runs later may do so in another directory.
    ///
    /// A path that leads to no file is refused: it would show itself only when `serve` connects, in its log. A file that this
    /// user may not read is only warned of, since the server may run as another user.
    private static func existing(_ path: String, _ option: String) throws -> String {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        guard access(absolute, R_OK) != 0 else { return absolute }
        let code = errno
        let problem = "cannot read \(absolute): \(String(cString: strerror(code)))"
        guard code == EACCES else { throw CommandError(option, problem, "check its name") }
        Warning.print("\(option): \(problem); the server connects only if its user can read it")
        return absolute
    }
}
