internal import COpenSSL

/// A part of the name space that an authority below this one may speak for (RFC 5280 section 4.2.1.10).
public struct NameConstraint: Hashable, Sendable, CustomStringConvertible {
    private enum Base: Hashable {
        case dns(String)
        case network(IPAddress, prefix: Int)
    }
    private let base: Base

    /// Reads `DNS:example.com` (that name and all below it) or `IP:10.0.0.0/8`.
    public init(_ text: String) throws {
        let step = "reading the name constraint '\(text.sanitized)'"
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch parts.first?.lowercased() {
        case "dns" where parts.count == 2 && HostName.defect(of: parts[1]) == nil:
            self.base = .dns(parts[1].lowercased())
        case "ip" where parts.count == 2:
            let network = parts[1].split(separator: "/").map(String.init)
            guard network.count == 2, let address = IPAddress(network[0]), let prefix = Int(network[1]),
                (0...address.bytes.count * 8).contains(prefix)
            else { throw AuthorityError(.input, step, "it is no network", advice: "write it as IP:10.0.0.0/8") }
            self.base = .network(address, prefix: prefix)
        default:
            throw AuthorityError(.input, step, "it is neither", advice: "write DNS:example.com or IP:10.0.0.0/8")
        }
    }

    /// The form that ``init(_:)`` reads.
    public var description: String {
        switch self.base {
        case .dns(let name): "DNS:\(name)"
        case .network(let address, let prefix): "IP:\(address)/\(prefix)"
        }
    }

    /// Reads libcrypto's form; nil for the types that we do not write.
    init?(_ subtree: UnsafePointer<GENERAL_SUBTREE>) {
        var type: Int32 = 0
        guard let name = subtree.pointee.base, let value = GENERAL_NAME_get0_value(name, &type),
            [GEN_DNS, GEN_IPADD].contains(type)
        else { return nil }
        let string = value.assumingMemoryBound(to: ASN1_STRING.self)
        let bytes = [UInt8](
            UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
        )
        guard type == GEN_IPADD else {
            self.base = .dns(String(decoding: bytes, as: UTF8.self).lowercased())
            return
        }
        // An address and its mask (RFC 5280 section 4.2.1.10).
        let half = bytes.count / 2
        guard let address = IPAddress(bytes: Array(bytes[..<half])), bytes.count == 2 * half else { return nil }
        self.base = .network(address, prefix: bytes[half...].reduce(0) { $0 + $1.nonzeroBitCount })
    }

    /// Whether both are about names of one type.
    func isOfType(of other: NameConstraint) -> Bool {
        switch (self.base, other.base) {
        case (.dns, .dns), (.network, .network): true
        default: false
        }
    }

    /// Whether every name below this one is below another one as well.
    func isWithin(_ other: NameConstraint) -> Bool {
        switch (self.base, other.base) {
        case (.dns(let name), .dns(let above)): above.isEmpty || name == above || name.hasSuffix(".\(above)")
        case (.network(let address, let prefix), .network(let above, let length)):
            prefix >= length && address.isIn(above, prefix: length)
        default: false
        }
    }

    /// The constraint in libcrypto's form; the caller owns it.
    func makeSubtree() -> UnsafeMutablePointer<GENERAL_SUBTREE> {
        let (type, kind, bytes): (Int32, Int32, [UInt8]) =
            switch self.base {
            case .dns(let name): (GEN_DNS, V_ASN1_IA5STRING, Array(name.utf8))
            case .network(let address, let prefix):
                (GEN_IPADD, V_ASN1_OCTET_STRING, address.bytes + Self.mask(prefix, count: address.bytes.count))
            }
        guard let subtree = GENERAL_SUBTREE_new(), let value = ASN1_STRING_type_new(kind),
            ASN1_STRING_set(value, bytes, Int32(bytes.count)) == 1
        else { fatalError("out of memory") }
        GENERAL_NAME_set0_value(subtree.pointee.base, type, value)
        return subtree
    }

    private static func mask(_ prefix: Int, count: Int) -> [UInt8] {
        (0..<count).map { index in
            let bits = min(8, max(0, prefix - index * 8))
            return bits == 0 ? 0 : UInt8(truncatingIfNeeded: 0xFF << (8 - bits))
        }
    }
}
