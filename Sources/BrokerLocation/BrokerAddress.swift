internal import Glibc

/// Where a broker listens.
public struct BrokerAddress: Hashable, Sendable, CustomStringConvertible {
    /// A host name, or an IPv4 or IPv6 address without brackets.
    public var host: String
    /// The TCP port.
    public var port: UInt16

    /// Creates an address from its parts.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// The address as people write it, an IPv6 address in brackets.
    public var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }

    /// The address without its port where that is the usual one.
    func written(defaultPort: UInt16) -> String {
        guard self.port == defaultPort else { return self.description }
        return self.host.contains(":") ? "[\(self.host)]" : self.host
    }

    /// Reads a comma-separated list such as `h1:5671,h2,[::1]:5671`.
    ///
    /// An address without a port gets `defaultPort`. White space around an address is ignored. At most 64 addresses are
    /// taken. An IPv6 address may stand without brackets when no port follows.
    ///
    /// - Throws: ``BrokerLocationError`` that names the part which is wrong.
    public static func list(parsing text: String, defaultPort: UInt16) throws(BrokerLocationError) -> [Self] {
        var addresses: [Self] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            try addresses.append(Self(parsing: part.trimmingSpaces, defaultPort: defaultPort))
        }
        guard addresses.count <= 64 else {
            throw BrokerLocationError("\(addresses.count) brokers are named, at most 64 are possible")
        }
        return addresses
    }

    init(parsing text: Substring, defaultPort: UInt16) throws(BrokerLocationError) {
        var host = text
        var port: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw BrokerLocationError("']' is missing in broker '\(text)'")
            }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else {
                throw BrokerLocationError("':' is missing before the port in broker '\(text)'")
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.firstIndex(of: ":"), colon == text.lastIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard Self.isUsable(host) else { throw BrokerLocationError("no usable host name in broker '\(text)'") }
        self.host = String(host)
        guard let port else {
            self.port = defaultPort
            return
        }
        guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt16(port), number > 0 else {
            throw BrokerLocationError("the port in broker '\(text)' is not a number from 1 to 65535")
        }
        self.port = number
    }
}

extension BrokerAddress {
    /// Whether a text can be a host's name or address.
    ///
    /// Names outside of ASCII are written as `xn--…` (RFC 5891, section 4.4). What ends an authority in some reader of URLs is
    /// refused, so that no two of them see different hosts; so are colons anywhere but in an IPv6 address (RFC 4007, section 11,
    /// with a zone).
    private static func isUsable(_ host: Substring) -> Bool {
        let scalars = host.unicodeScalars
        guard !host.isEmpty, host.utf8.count <= 255,
            scalars.allSatisfy({ (0x21...0x7E).contains($0.value) && !Self.delimiters.contains($0) })
        else { return false }
        // No name has a percent sign: what looks encoded would be looked up as it stands.
        guard scalars.contains(":") else { return !scalars.contains("%") }
        var address = in6_addr()
        return inet_pton(AF_INET6, String(host.prefix { $0 != "%" }), &address) == 1
    }

    private static let delimiters: Set<Unicode.Scalar> = ["/", "\\", "?", "#", "@", "[", "]"]
}

extension Substring {
    /// The text without white space at either end.
    package var trimmingSpaces: Substring {
        var text = self.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
