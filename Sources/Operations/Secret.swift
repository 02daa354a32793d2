internal import COpenSSL

/// Random tokens, and the hashes under which they are kept.
public enum Secret {
    /// 32 bytes from the system's generator, in base64url.
    public static func token() -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        // Nothing that is secret may go on without it, and no input makes it fail.
        guard RAND_bytes(&bytes, CInt(bytes.count)) == 1 else { fatalError("the random number generator failed") }
        return self.base64URL(bytes)
    }

    /// SHA-256; enough for tokens, which are random, and never for passwords.
    public static func hash(_ token: String) -> [UInt8] { self.sha256(Array(token.utf8)) }

    /// SHA-256 of bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        // It takes bytes of any number and fails without memory only.
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else {
            fatalError("SHA-256 failed")
        }
        return digest
    }

    /// HMAC-SHA-256 (RFC 2104): who does not have the key cannot make this of a message.
    public static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        let short = key.count > 64 ? self.sha256(key) : key
        let padded = short + [UInt8](repeating: 0, count: 64 - short.count)
        return self.sha256(padded.map { $0 ^ 0x5C } + self.sha256(padded.map { $0 ^ 0x36 } + message))
    }

    /// Compares in a time that does not tell where the difference is.
    public static func equal(_ one: some Sequence<UInt8>, _ other: some Sequence<UInt8>) -> Bool {
        let (one, other) = (Array(one), Array(other))
        return one.count == other.count && zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Base64 for URLs, without padding (RFC 4648, section 5).
    public static func base64URL(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0...group.count { text.append(alphabet[Int(value >> UInt32(18 - 6 * index)) & 63]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// What ``base64URL(_:)`` wrote; nil when it is something else.
    public static func bytes(base64URL text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var value: UInt32 = 0
        var bits = 0
        for character in text.utf8 {
            let digit: UInt8
            switch character {
            case 65...90: digit = character - 65
            case 97...122: digit = character - 71
            case 48...57: digit = character + 4
            case 45: digit = 62
            case 95: digit = 63
            default: return nil
            }
            value = value << 6 | UInt32(digit)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(bits)))
            }
        }
        return bits < 6 ? bytes : nil
    }
}
