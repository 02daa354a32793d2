internal import Glibc

/// Who is counted as one peer: an IPv4 address, or the 64 bits of an IPv6 address that belong to one network.
///
/// Whoever has one IPv6 address has all 2^64 of its network (RFC 4291, section 2.5.4), and would be a new peer each time.
struct PeerNetwork: Hashable, Sendable, CustomStringConvertible {
    /// The address as text, or the network's with `/64` behind it.
    let description: String

    /// The network of an address; a text that is no IPv6 address stands for itself.
    init(_ address: String) {
        var bytes = in6_addr()
        let withoutZone = String(address.prefix { $0 != "%" })
        guard inet_pton(AF_INET6, withoutZone, &bytes) == 1 else {
            self.description = address
            return
        }
        let octets = withUnsafeBytes(of: &bytes) { Array($0) }
        if octets.starts(with: [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]) {
            // An IPv4 address on a socket for both (RFC 4291, section 2.5.5.2).
            self.description = octets[12...].map { String($0) }.joined(separator: ".")
        } else {
            let groups = stride(from: 0, to: 8, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) }
            self.description = groups.map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
        }
    }
}
