/// The server's side of the handshake of the Forward protocol.
///
/// The server says HELO with a nonce; the client answers PING with digests that prove its knowledge of the shared key and
/// of a password; the server says PONG, with a digest that proves its own knowledge, or a refusal.
struct ForwardHandshake {
    /// What to do with the client's answer.
    enum Verdict: Equatable {
        /// Say this; messages may follow.
        case welcome([UInt8])
        /// Say this and close the connection, for this reason.
        case refusal([UInt8], reason: String)
    }

    /// The PING, its fields in order.
    private struct Ping {
        var client: [UInt8]
        var salt: [UInt8]
        var keyDigest: [UInt8]
        var user: [UInt8]
        var passwordDigest: [UInt8]
    }

    /// No field of a PING may be longer.
    private static let longestField = 1024

    private let security: ForwardSecurity
    private let nonce: [UInt8]
    private let salt: [UInt8]

    /// Prepares one handshake.
    ///
    /// - Parameters:
    ///   - security: Whom to admit.
    ///   - nonce: Sixteen random bytes.
    ///   - salt: Sixteen other random bytes.
    init(_ security: ForwardSecurity, nonce: [UInt8], salt: [UInt8]) {
        self.security = security
        self.nonce = nonce
        self.salt = security.users.isEmpty ? [] : salt
    }

    /// What to say first.
    var hello: [UInt8] {
        var writer = MessagePackWriter()
        writer.array(2)
        writer.string("HELO")
        writer.map(3)
        writer.string("nonce")
        writer.binary(self.nonce)
        writer.string("auth")
        writer.binary(self.salt)
        writer.string("keepalive")
        writer.boolean(true)
        return writer.bytes
    }

    /// Judges the client's answer, one whole value.
    func judge(_ answer: Span<UInt8>) -> Verdict {
        guard let ping = try? Self.ping(answer) else { return self.refuse("no PING came") }
        let key = Array(self.security.sharedKey.utf8)
        let expected = HexDigest.sha512(ping.salt + ping.client + self.nonce + key)
        guard HexDigest.areEqual(ping.keyDigest, expected) else { return self.refuse("shared_key mismatch") }
        if !self.security.users.isEmpty {
            let user = String(decoding: ping.user, as: UTF8.self)
            // An unknown user costs the same work as a wrong password.
            let password = self.security.users[user]
            let expected = HexDigest.sha512(self.salt + ping.user + Array((password ?? "").utf8))
            let isRight = HexDigest.areEqual(ping.passwordDigest, expected)
            guard isRight, password != nil else { return self.refuse("username/password mismatch") }
        }
        let server = Array(self.security.serverName.utf8)
        let digest = HexDigest.sha512(ping.salt + server + self.nonce + key)
        return .welcome(self.pong(isWelcome: true, "", self.security.serverName, digest))
    }

    private func refuse(_ reason: String) -> Verdict {
        .refusal(self.pong(isWelcome: false, reason, "", []), reason: reason)
    }

    private func pong(isWelcome: Bool, _ reason: String, _ server: String, _ digest: [UInt8]) -> [UInt8] {
        var writer = MessagePackWriter()
        writer.array(5)
        writer.string("PONG")
        writer.boolean(isWelcome)
        writer.string(reason)
        writer.string(server)
        writer.string(String(decoding: digest, as: UTF8.self))
        return writer.bytes
    }

    private static func ping(_ bytes: Span<UInt8>) throws(MessagePackError) -> Ping {
        var reader = MessagePackReader(bytes)
        guard case .array(count: 6) = try reader.header() else { throw .wrongType }
        guard try self.field(&reader) == Array("PING".utf8) else { throw .wrongType }
        return Ping(
            client: try self.field(&reader),
            salt: try self.field(&reader),
            keyDigest: try self.field(&reader),
            user: try self.field(&reader),
            passwordDigest: try self.field(&reader)
        )
    }

    private static func field(_ reader: inout MessagePackReader) throws(MessagePackError) -> [UInt8] {
        let range = try reader.text()
        guard range.count <= self.longestField else { throw .tooLarge }
        return range.map { reader.bytes[$0] }
    }
}
