/// Where a broker is and how to sign in, as `amqps://USER:PASS@HOST:PORT/VHOST`.
///
/// Its description never shows the password; only ``revealed`` does, for the connection itself.
public struct BrokerURL: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The URL as it was given, password included: for connecting, not for showing.
    public let revealed: String

    /// Takes the URL as it is.
    public init(_ text: String) { self.revealed = text }

    /// Whether the URL carries a password.
    public var hasPassword: Bool { self.password != nil }

    /// The URL with three asterisks in place of the password.
    public var description: String {
        guard let password = self.password else { return self.revealed }
        return self.revealed.replacing(password, with: "***")
    }

    /// The same URL with this password, encoded as a URL needs it; nil when the URL names no user.
    public func with(password: String) -> BrokerURL? {
        let scheme = self.revealed.firstRange(of: "://")?.upperBound ?? self.revealed.startIndex
        guard let at = self.revealed.lastIndex(of: "@"), at > scheme else { return nil }
        let user = self.revealed[scheme..<at].prefix { $0 != ":" }
        let encoded = password.utf8.map(Self.percentEncoded).joined()
        return BrokerURL(self.revealed[..<scheme] + user + ":" + encoded + self.revealed[at...])
    }

    /// RFC 3986 section 2.3: letters, digits and four marks stand for themselves.
    private static func percentEncoded(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            String(UnicodeScalar(byte))
        default: (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }
    }

    public var debugDescription: String { self.description }

    /// Where the password stands: after the first colon of what comes before the last `@` of the authority.
    ///
    /// The last `@`, because people write passwords with an unescaped one; too much hidden is better than too little.
    private var password: Range<String.Index>? {
        let scheme = self.revealed.firstRange(of: "://")?.upperBound ?? self.revealed.startIndex
        guard let at = self.revealed.lastIndex(of: "@"), at >= scheme,
            let colon = self.revealed[scheme..<at].firstIndex(of: ":")
        else { return nil }
        return self.revealed.index(after: colon)..<at
    }
}

extension String {
    fileprivate func replacing(_ range: Range<String.Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}

extension BrokerURL: CustomReflectable {
    /// Hides the password from `dump` and from descriptions of values that hold a URL.
    public var customMirror: Mirror { Mirror(self, children: ["url": self.description]) }
}
