internal import COpenSSL
internal import Escaping

/// One name for which a certificate speaks (RFC 5280 section 4.2.1.6).
public enum SubjectAlternativeName: Hashable, Sendable, CustomStringConvertible {
    /// A DNS name; the first label may be `*`.
    case dns(String)
    /// An address; librabbitmq does not look at these.
    case address(IPAddress)
    /// A URI.
    case uri(String)
    /// A mailbox.
    case email(String)

    /// Reads `DNS:name`, `IP:address`, `URI:uri` or `email:address`; the type is never guessed.
    public init(_ text: String) throws {
        let step = "reading the alternative name '\(text.sanitized)'"
        guard let colon = text.firstIndex(of: ":") else {
            throw AuthorityError(.input, step, "it has no type", advice: "write DNS:, IP:, URI: or email: before it")
        }
        let value = String(text[text.index(after: colon)...])
        switch text[..<colon].lowercased() {
        case "dns":
            if let defect = HostName.defect(of: value, wildcard: true) { throw AuthorityError(.input, step, defect) }
            self = .dns(value.lowercased())
        case "ip":
            guard let address = IPAddress(value) else { throw AuthorityError(.input, step, "it is no IP address") }
            self = .address(address)
        case "uri":
            guard value.contains(":"), value.isVisibleASCII else { throw AuthorityError(.input, step, "it is no URI") }
            self = .uri(value)
        case "email":
            guard value.contains("@"), value.isVisibleASCII else {
                throw AuthorityError(.input, step, "it is no mail address")
            }
            self = .email(value)
        default:
            throw AuthorityError(.input, step, "the type is not known", advice: "use DNS, IP, URI or email")
        }
    }

    /// Reads what ``description`` wrote into a record, whatever it holds; nil for a type that is none of these.
    init?(recorded text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let value = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "DNS": self = .dns(value)
        case "IP":
            guard let address = IPAddress(value) else { return nil }
            self = .address(address)
        case "URI": self = .uri(value)
        case "email": self = .email(value)
        default: return nil
        }
    }

    /// Whether an operator means this name: by its type and value or by its value alone, in any case.
    func isMeant(by text: String) -> Bool {
        let text = text.lowercased()
        if self.description.lowercased() == text { return true }
        switch self {
        case .dns(let value), .uri(let value), .email(let value): return value.lowercased() == text
        case .address(let address): return IPAddress(text) == address
        }
    }

    /// The form that ``init(_:)`` reads.
    public var description: String {
        switch self {
        case .dns(let name): "DNS:\(name)"
        case .address(let address): "IP:\(address)"
        case .uri(let uri): "URI:\(uri)"
        case .email(let address): "email:\(address)"
        }
    }

    /// Reads libcrypto's form; nil for types that we do not handle (other names, directory names).
    ///
    /// A text is kept whole, whatever it holds; ``defect`` says what is wrong with it. DNS names become lower case, because
    /// they are compared without regard to case (RFC 4343).
    init?(_ name: UnsafePointer<GENERAL_NAME>) {
        var type: Int32 = 0
        guard let value = GENERAL_NAME_get0_value(name, &type) else { return nil }
        // The value is a union. Only these four types hold a string; an otherName or a directoryName read as one
        // would be read outside of its memory.
        guard [GEN_DNS, GEN_URI, GEN_EMAIL, GEN_IPADD].contains(type) else { return nil }
        let string = value.assumingMemoryBound(to: ASN1_STRING.self)
        let bytes = [UInt8](
            UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
        )
        let text = String(decoding: bytes, as: UTF8.self).escaped(for: .terminalLine)
        switch type {
        case GEN_DNS: self = .dns(text.lowercased())
        case GEN_URI: self = .uri(text)
        case GEN_EMAIL: self = .email(text)
        default:
            guard let address = IPAddress(bytes: bytes) else { return nil }
            self = .address(address)
        }
    }

    /// What is wrong with a name that somebody else wrote; nil when it may be signed.
    var defect: String? {
        switch self {
        case .dns(let name): HostName.defect(of: name, wildcard: true)
        case .address: nil
        case .uri(let uri): uri.contains(":") && uri.isVisibleASCII ? nil : "it is no URI"
        case .email(let address): address.contains("@") && address.isVisibleASCII ? nil : "it is no mail address"
        }
    }

    /// The name in libcrypto's form; the caller owns it.
    func makeGeneralName() -> UnsafeMutablePointer<GENERAL_NAME> {
        let (type, kind, bytes): (Int32, Int32, [UInt8]) =
            switch self {
            case .dns(let name): (GEN_DNS, V_ASN1_IA5STRING, Array(name.utf8))
            case .address(let address): (GEN_IPADD, V_ASN1_OCTET_STRING, address.bytes)
            case .uri(let uri): (GEN_URI, V_ASN1_IA5STRING, Array(uri.utf8))
            case .email(let address): (GEN_EMAIL, V_ASN1_IA5STRING, Array(address.utf8))
            }
        guard let name = GENERAL_NAME_new(), let value = ASN1_STRING_type_new(kind),
            ASN1_STRING_set(value, bytes, Int32(bytes.count)) == 1
        else { fatalError("out of memory") }
        GENERAL_NAME_set0_value(name, type, value)
        return name
    }
}

extension String {
    var isVisibleASCII: Bool {
        !self.isEmpty && self.utf8.count <= 2048 && self.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}

/// A list of names in libcrypto's form, freed with its elements.
final class GeneralNames {
    let pointer: OpaquePointer

    init(_ names: [SubjectAlternativeName]) {
        guard let pointer = OPENSSL_sk_new_null() else { fatalError("out of memory") }
        self.pointer = pointer
        for name in names { OPENSSL_sk_push(pointer, name.makeGeneralName()) }
    }

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { GENERAL_NAMES_free(self.pointer) }

    /// The names whose types we handle.
    var names: [SubjectAlternativeName] {
        elements(of: self.pointer).compactMap { SubjectAlternativeName($0.assumingMemoryBound(to: GENERAL_NAME.self)) }
    }

    /// How many names are of types we do not handle.
    var unknownCount: Int { elements(of: self.pointer).count - self.names.count }
}
