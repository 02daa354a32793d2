internal import Glibc

/// An IPv4 or IPv6 address in network byte order.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// Four or sixteen bytes.
    public let bytes: [UInt8]

    /// Reads `192.0.2.1` or `2001:db8::1`.
    public init?(_ text: String) {
        // inet_pton(3) reads up to a zero byte, and would take what stands behind it for a part of the address.
        guard !text.utf8.contains(0) else { return nil }
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, text, &bytes) == 1 {
                self.bytes = bytes
                return
            }
        }
        return nil
    }

    /// Takes four or sixteen bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// The usual notation.
    public var description: String {
        openSSLText(capacity: 64) {
            inet_ntop(self.bytes.count == 4 ? AF_INET : AF_INET6, self.bytes, $0, socklen_t($1)) != nil
        } ?? "?"
    }

    /// Whether the address begins with the first bits of a network.
    func isIn(_ network: IPAddress, prefix: Int) -> Bool {
        guard self.bytes.count == network.bytes.count, prefix <= self.bytes.count * 8 else { return false }
        return (0..<prefix).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return self.bytes[bit / 8] & mask == network.bytes[bit / 8] & mask
        }
    }
}
