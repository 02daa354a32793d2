import Testing

@testable import Intake

@Suite("The Forward handshake")
struct ForwardHandshakeTests {
    static let nonce = [UInt8]("0123456789abcdef".utf8)
    static let salt = [UInt8]("fedcba9876543210".utf8)

    static func handshake(users: [String: String] = [:]) -> ForwardHandshake {
        let security = ForwardSecurity(sharedKey: "secret", users: users, serverName: "server")
        return ForwardHandshake(security, nonce: self.nonce, salt: self.salt)
    }

    static func ping(key: String = "secret", user: String = "", password: String = "") -> [UInt8] {
        let keyDigest = HexDigest.sha512(Array("saltclient".utf8) + self.nonce + Array(key.utf8))
        let userDigest = HexDigest.sha512(self.salt + Array(user.utf8) + Array(password.utf8))
        let fields = [
            "PING", "client", "salt", String(decoding: keyDigest, as: UTF8.self), user,
            String(decoding: userDigest, as: UTF8.self),
        ]
        return MessagePackValue.array(fields.map { .string($0) }).bytes
    }

    static func refusal(_ verdict: ForwardHandshake.Verdict) -> String? {
        guard case .refusal(_, let reason) = verdict else { return nil }
        return reason
    }

    @Test("digests as FIPS 180-4 says")
    func digest() {
        let expected =
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        #expect(String(decoding: HexDigest.sha512(Array("abc".utf8)), as: UTF8.self) == expected)
    }

    @Test("offers a nonce, and a salt only when there are users")
    func hello() {
        func json(_ handshake: ForwardHandshake) -> Result<String, MessagePackError> {
            MessagePackTests.json(handshake.hello)
        }
        let nonce = "0123456789abcdef"
        #expect(json(Self.handshake()) == .success(#"["HELO",{"nonce":"\#(nonce)","auth":"","keepalive":true}]"#))
        #expect(
            json(Self.handshake(users: ["a": "b"]))
                == .success(#"["HELO",{"nonce":"\#(nonce)","auth":"fedcba9876543210","keepalive":true}]"#)
        )
    }

    @Test("admits who knows the key, and proves that we know it too")
    func welcome() throws {
        guard case .welcome(let pong) = Self.handshake().judge(Self.ping().span) else {
            Issue.record("refused")
            return
        }
        let proof = HexDigest.sha512(Array("saltserver".utf8) + Self.nonce + Array("secret".utf8))
        let expected = #"["PONG",true,"","server","\#(String(decoding: proof, as: UTF8.self))"]"#
        #expect(MessagePackTests.json(pong) == .success(expected))
    }

    @Test("refuses everybody else")
    func refusals() {
        let plain = Self.handshake()
        let users = Self.handshake(users: ["alice": "pass", "empty": ""])
        #expect(Self.refusal(plain.judge(Self.ping(key: "wrong").span)) == "shared_key mismatch")
        #expect(Self.refusal(plain.judge([0xC0].span)) == "no PING came")
        #expect(Self.refusal(plain.judge(Array(Self.ping().dropLast()).span)) == "no PING came")
        #expect(Self.refusal(users.judge(Self.ping().span)) == "username/password mismatch")
        #expect(
            Self.refusal(users.judge(Self.ping(user: "alice", password: "Pass").span)) == "username/password mismatch"
        )
        #expect(Self.refusal(users.judge(Self.ping(user: "nobody", password: "").span)) == "username/password mismatch")
        #expect(Self.refusal(users.judge(Self.ping(user: "alice", password: "pass").span)) == nil)
        #expect(Self.refusal(users.judge(Self.ping(user: "empty", password: "").span)) == nil)
        guard case .refusal(let pong, _) = plain.judge([0xC0].span) else { return }
        #expect(MessagePackTests.json(pong) == .success(#"["PONG",false,"no PING came","",""]"#))
    }
}
