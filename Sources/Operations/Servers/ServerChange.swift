internal import Foundation
internal import HAPI
public import Store

/// What somebody wants to be different about a monitoring server; `nil` leaves a part as it is.
///
/// Only what is given is checked, so that a server from a time with other rules can be changed.
public struct ServerChange: Sendable {
    /// 1 to 255 characters, which are not all blanks.
    public var nickname: String?
    /// A name such as `fluentd`, or a UUID.
    public var type: String?
    /// `amqps://[USER[:PASSWORD]@]HOST[:PORT][/VHOST]`; a password of three asterisks keeps the known one.
    public var brokerURL: String?
    /// The password of the user in the URL, when it does not stand there.
    public var brokerPassword: String?
    /// The base name of the queue pair, 1 to 253 bytes.
    public var queue: String?
    /// `durable`, `quorum` or `transient`.
    public var queueType: String?
    /// The broker's user whose messages are the arm's, at most 255 bytes; empty takes anybody's.
    public var armUser: String?
    /// The path of the broker's certificate authority, at most 4096 bytes; empty takes it away, as with the two below.
    public var tlsCertificateAuthority: String?
    /// The path of the server's own certificate.
    public var tlsCertificate: String?
    /// The path of the key of that certificate.
    public var tlsKey: String?
    /// Whether the broker's chain and name are verified.
    public var tlsVerify: Bool?
    /// The address of the monitored system, for the arm.
    public var url: String?
    /// The login at the monitored system, for the arm.
    public var userName: String?
    /// The password at the monitored system, for the arm.
    public var password: String?
    /// Seconds, 1 to 31,622,400.
    public var pollingInterval: Int?
    /// Seconds, 1 to 2,678,400.
    public var retryInterval: Int?
    /// Text for the arm, at most 32,767 characters.
    public var extendedInfo: String?

    /// Changes nothing yet.
    public init() {}

    /// A server with this change.
    ///
    /// - Throws: The rule that the change breaks.
    public func applied(to server: MonitoringServer) throws(Refusal) -> MonitoringServer {
        var new = server
        try self.changeNames(of: &new)
        try self.changeQueues(of: &new)
        try self.changeConnection(of: &new)
        try self.changeSettings(of: &new)
        return new
    }

    /// Looks for a broken rule that shows without the server which is to be changed.
    ///
    /// - Throws: The rule.
    public func check() throws(Refusal) {
        var server = MonitoringServer.blank
        try self.changeNames(of: &server)
        try self.changeQueues(of: &server)
        try self.changeSettings(of: &server)
    }

    private func changeNames(of server: inout MonitoringServer) throws(Refusal) {
        if let nickname, nickname != server.nickname || server.id == 0 {
            try Self.check("nickname", nickname, characters: 255)
            guard !nickname.allSatisfy(\.isWhitespace) else { throw Refusal("nickname", "a value is required") }
            server.nickname = nickname
        }
        if let type, !type.isEmpty, type != server.type {
            server.type = try Self.type(type)
        }
    }

    /// The UUID of a kind of arm, from its name or as it is.
    private static func type(_ text: String) throws(Refusal) -> String {
        if let known = ServerType.named.first(where: { $0.name == text }) { return known.type.rawValue }
        guard UUID(uuidString: text) != nil else {
            throw Refusal("type", "\(ServerType.named.map(\.name).joined(separator: ", ")) or a UUID is expected")
        }
        return text.lowercased()
    }

    // MARK: Where messages are exchanged

    private static let queueTypes = ["durable", "quorum", "transient"]
    /// An AMQP name has 255 bytes (AMQP 0-9-1, section 3.1.1), and `-S` or `-T` follows.
    private static let longestQueue = 253

    private func changeQueues(of server: inout MonitoringServer) throws(Refusal) {
        if let queue, queue != server.broker.queue || server.id == 0 {
            guard !queue.allSatisfy(\.isWhitespace) else { throw Refusal("queue", "a value is required") }
            try Self.check("queue", queue, bytes: Self.longestQueue)
            server.broker.use(queue: queue)
        }
        if let armUser {
            try Self.check("armUser", armUser, bytes: 255)
            server.broker.armUser = armUser.isEmpty ? nil : armUser
        }
        if let queueType {
            guard Self.queueTypes.contains(queueType) else {
                throw Refusal("queueType", "one of \(Self.queueTypes.joined(separator: ", ")) is expected")
            }
            server.broker.queueType = queueType
        }
    }

    private func changeConnection(of server: inout MonitoringServer) throws(Refusal) {
        let old = server.broker
        if self.brokerURL != nil || self.brokerPassword != nil {
            server.broker.url = try self.brokerURL(insteadOf: old.url)
        }
        try Self.change(
            &server.broker.certificateAuthority,
            "tlsCertificateAuthority",
            to: self.tlsCertificateAuthority
        )
        try Self.change(&server.broker.certificate, "tlsCertificate", to: self.tlsCertificate)
        try Self.change(&server.broker.key, "tlsKey", to: self.tlsKey)
        if let tlsVerify { server.broker.verifiesPeer = tlsVerify }
        if server.broker != old || server.id == 0 { try Self.check(server.broker) }
    }

    private static func change(_ file: inout String?, _ parameter: String, to path: String?) throws(Refusal) {
        guard let path else { return }
        try self.check(parameter, path, bytes: 4096)
        file = path.isEmpty ? nil : path
    }

    /// The URL from now on, with the password that was known where three asterisks stand in its place.
    private func brokerURL(insteadOf known: BrokerURL) throws(Refusal) -> BrokerURL {
        if let brokerURL { try Self.check("brokerURL", brokerURL, characters: 2048) }
        let given = self.brokerURL.map { BrokerURL($0) } ?? known
        do throws(BrokerLocationError) {
            _ = try given.parts
            if self.brokerPassword == nil { return try given.keepingPassword(of: known) }
        } catch {
            throw Refusal("brokerURL", error.reason)
        }
        guard let url = given.with(password: self.brokerPassword ?? "") else {
            throw Refusal("brokerURL", "it names no user for the password; write amqps://USER@HOST/VHOST")
        }
        return url
    }

    /// Whether URL and files go together.
    private static func check(_ broker: MonitoringServer.Broker) throws(Refusal) {
        do { _ = try broker.url.parts } catch { throw Refusal("brokerURL", error.reason) }
        let files = [broker.certificateAuthority, broker.certificate, broker.key]
        guard broker.url.isSecure || files.allSatisfy({ $0 == nil }) else {
            throw Refusal("brokerURL", "TLS files are named, but the URL says amqp; write amqps")
        }
        guard (broker.certificate == nil) == (broker.key == nil) else {
            throw Refusal("tlsKey", "a certificate and its key belong together")
        }
    }

    // MARK: What the arm is told

    private func changeSettings(of server: inout MonitoringServer) throws(Refusal) {
        if let url {
            try Self.check("url", url, characters: 2047)
            server.settings.url = url
        }
        if let userName {
            try Self.check("userName", userName, characters: 255)
            server.settings.userName = userName
        }
        if let password {
            try Self.check("password", password, characters: 255)
            server.settings.password = password
        }
        if let pollingInterval {
            try Self.check("pollingInterval", pollingInterval, within: 1...31_622_400)
            server.settings.pollingInterval = pollingInterval
        }
        if let retryInterval {
            try Self.check("retryInterval", retryInterval, within: 1...2_678_400)
            server.settings.retryInterval = retryInterval
        }
        if let extendedInfo {
            try Self.check("extendedInfo", extendedInfo, characters: 32_767)
            server.settings.extendedInfo = extendedInfo
        }
    }

    // MARK: Limits

    private static func check(_ parameter: String, _ text: String, characters: Int) throws(Refusal) {
        guard text.unicodeScalars.count <= characters else {
            throw Refusal(parameter, "at most \(characters) characters are allowed")
        }
    }

    private static func check(_ parameter: String, _ text: String, bytes: Int) throws(Refusal) {
        guard text.utf8.count <= bytes else { throw Refusal(parameter, "at most \(bytes) bytes are allowed") }
    }

    private static func check(_ parameter: String, _ number: Int, within range: ClosedRange<Int>) throws(Refusal) {
        guard range.contains(number) else {
            throw Refusal(parameter, "a number from \(range.lowerBound) to \(range.upperBound) is expected")
        }
    }
}
