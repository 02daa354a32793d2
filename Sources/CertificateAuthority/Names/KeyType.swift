/// What kind of key a certificate has.
public enum KeyType: Hashable, Sendable, CustomStringConvertible {
    /// ECDSA on P-256: the default, fast and understood by every peer.
    case p256
    /// ECDSA on P-384, the default of an authority.
    case p384
    /// ECDSA on P-521.
    case p521
    /// RSA with a modulus of so many bits.
    case rsa(Int)
    /// Ed25519; TLS 1.2 with Erlang cannot use it.
    case ed25519

    /// Reads `p256`, `p384`, `p521`, `ed25519`, `rsa` or `rsa:BITS` (2048 to 4096).
    public init?(_ text: String) {
        switch text.lowercased() {
        case "p256", "p-256", "prime256v1": self = .p256
        case "p384", "p-384", "secp384r1": self = .p384
        case "p521", "p-521", "secp521r1": self = .p521
        case "ed25519": self = .ed25519
        case "rsa": self = .rsa(3072)
        case let text where text.hasPrefix("rsa:"):
            guard let bits = Int(text.dropFirst(4)), (2048...4096).contains(bits), bits % 256 == 0 else { return nil }
            self = .rsa(bits)
        default: return nil
        }
    }

    /// The form that ``init(_:)`` reads.
    public var description: String {
        switch self {
        case .p256: "p256"
        case .p384: "p384"
        case .p521: "p521"
        case .rsa(let bits): "rsa:\(bits)"
        case .ed25519: "ed25519"
        }
    }

    /// Whether the key is RSA.
    public var isRSA: Bool { if case .rsa = self { true } else { false } }

    /// The digest that fits the strength of the key; nil where the scheme brings its own.
    var digestName: String? {
        switch self {
        case .p256, .rsa: "SHA256"
        case .p384: "SHA384"
        case .p521: "SHA512"
        case .ed25519: nil
        }
    }

    /// What a user of this key must know, measured with RabbitMQ 3.10 on OTP 25.
    public var warning: String? {
        self == .ed25519 ? "Ed25519 works with TLS 1.3 only; TLS 1.2 handshakes with RabbitMQ fail" : nil
    }
}
