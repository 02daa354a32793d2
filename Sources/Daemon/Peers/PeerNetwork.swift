internal import Glibc

/// Who is counted as one peer: an IPv4 address, or the 64 bits of an IPv6 address that belong to one network.
///
/// Whoever has one IPv6 address has all 2^64 of its network (RFC 4291, section 2.5.4), and would be a new peer each time.
public struct PeerNetwork: Hashable, Sendable, CustomStringConvertible {
    /// The address as text, or the network's with `/64` behind it.
    public let description: String

    /// The network of an address; a text that is no IPv6 address stands for itself.
    public init(_ address: String) {
        guard let octets = Self.octets(of: address) else {
            self.description = address
            return
        }
        self.description = Self.mapped(octets) ?? Self.text(octets.prefix(8)) + "::/64"
    }

    /// An address in the one form in which it is compared with others.
    ///
    /// An IPv4 address that a socket for both kinds shows as `::ffff:192.0.2.1` is `192.0.2.1`, and an IPv6 address has all its groups.
    /// Other texts stand for themselves.
    public static func canonical(_ address: String) -> String {
        guard let octets = Self.octets(of: address) else { return address }
        return Self.mapped(octets) ?? Self.text(octets[...])
    }

    /// Whether a text is an IPv4 or IPv6 address, without a port.
    public static func isAddress(_ text: String) -> Bool {
        var bytes = in_addr()
        return inet_pton(AF_INET, text, &bytes) == 1 || self.octets(of: text) != nil
    }

    /// The 16 octets of an IPv6 address, whose zone (RFC 4007, section 11) does not count; `nil` for another text.
    private static func octets(of address: String) -> [UInt8]? {
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, String(address.prefix { $0 != "%" }), &bytes) == 1 else { return nil }
        return withUnsafeBytes(of: &bytes) { Array($0) }
    }

    /// The IPv4 address that an IPv6 address stands for (RFC 4291, section 2.5.5.2).
    private static func mapped(_ octets: [UInt8]) -> String? {
        guard octets.starts(with: [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]) else { return nil }
        return octets[12...].map { String($0) }.joined(separator: ".")
    }

    private static func text(_ octets: ArraySlice<UInt8>) -> String {
        stride(from: 0, to: octets.count, by: 2)
            .map { String(UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]), radix: 16) }
            .joined(separator: ":")
    }
}
