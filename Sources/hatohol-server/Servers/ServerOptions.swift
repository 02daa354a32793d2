internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Operations
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
        if let verify = self.tlsVerify, !["peer", "none"].contains(verify) {
            throw ValidationError("--tls-verify is peer or none, not \(verify).")
        }
        do {
            try self.change.check()
        } catch {
            throw ValidationError("\(Self.option(error.parameter)): \(error.reason)")
        }
    }

    /// What the options say, without the files that they name.
    private var change: ServerChange {
        var change = ServerChange()
        change.nickname = self.nickname
        change.type = self.type
        change.brokerURL = self.brokerURL
        change.queue = self.queue
        change.queueType = self.queueType
        change.armUser = self.armUser
        change.tlsVerify = self.tlsVerify.map { $0 == "peer" }
        change.url = self.monitoredURL
        change.userName = self.userName
        change.pollingInterval = self.pollingInterval
        change.retryInterval = self.retryInterval
        change.extendedInfo = self.extendedInfo
        return change
    }

    /// What the options say.
    func serverChange() throws -> ServerChange {
        var change = self.change
        if let url = self.brokerURL.map({ BrokerURL($0) }), url.hasPassword, !url.isMasked {
            Warning.print(
                "the password in --broker-url is visible to every user of this machine; use --broker-password-file"
            )
        }
        change.brokerPassword = try self.brokerPasswordFile.map(Self.firstLine)
        change.password = try self.passwordFile.map(Self.firstLine)
        change.tlsCertificateAuthority = try self.tlsCA.map { try Self.existing($0, "--tls-ca") }
        change.tlsCertificate = try self.tlsCertificate.map { try Self.existing($0, "--tls-cert") }
        change.tlsKey = try self.tlsKey.map { try Self.existing($0, "--tls-key") }
        return change
    }

    /// Does something with the change; what is refused is named by its option.
    func naming<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let refusal as Refusal {
            throw CommandError(Self.option(refusal.parameter), refusal.reason, "see --help")
        }
    }

    /// The option that stands for a parameter of the REST API.
    private static func option(_ parameter: String) -> String { self.options[parameter] ?? "--\(parameter)" }

    private static let options = [
        "brokerURL": "--broker-url", "queueType": "--queue-type", "armUser": "--arm-user",
        "tlsCertificateAuthority": "--tls-ca", "tlsCertificate": "--tls-cert", "tlsKey": "--tls-key",
        "userName": "--user-name", "password": "--password-file", "pollingInterval": "--polling-interval",
        "retryInterval": "--retry-interval", "extendedInfo": "--extended-info",
    ]

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
