extension BrokerURL {
    /// What a URL says, decoded.
    public struct Parts: Hashable, Sendable {
        /// Whether the scheme is `amqps`.
        public var isSecure: Bool
        /// Who signs in; nil when the URL names nobody.
        public var user: String?
        /// The password; nil when the URL has none.
        public var password: String?
        /// The brokers, tried in turn; never empty.
        ///
        /// The ports are 5672, and 5671 for `amqps`, where the URL has none.
        public var addresses: [BrokerAddress]
        /// The virtual host, `/` when the URL names none.
        public var virtualHost: String

        /// What stands in the place of a password that is not shown.
        static let mask = "***"
    }
}

extension BrokerURL.Parts {
    /// Reads a URL.
    ///
    /// User, password and virtual host are percent-decoded (RabbitMQ URI specification).
    /// As in RFC 3986, section 3.2, the authority ends at the first slash. An `@` behind it is refused, although a virtual
    /// host may hold one: it stands there behind a password with an unescaped slash, or before an address that only
    /// people would take for the broker's. Within the authority the last `@` counts, because people leave it unescaped in
    /// passwords.
    init(reading text: String) throws(BrokerLocationError) {
        // Scalars: to a rule over characters, a slash and the accent behind it are one character that is no slash.
        let scalars = text.unicodeScalars
        guard let schemeEnd = scalars.firstRange(of: "://".unicodeScalars) else {
            throw BrokerLocationError("the broker URL does not start with amqp:// or amqps://")
        }
        switch text[..<schemeEnd.lowerBound].lowercased() {
        case "amqp": self.isSecure = false
        case "amqps": self.isSecure = true
        default: throw BrokerLocationError("the scheme of the broker URL is not amqp or amqps")
        }
        guard !scalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7F }) else {
            throw BrokerLocationError("the broker URL holds white space or a control character: write %20 for a blank")
        }

        let authority = scalars[schemeEnd.upperBound...].prefix { $0 != "/" }
        self.virtualHost = try Self.virtualHost(scalars[authority.endIndex...].dropFirst())
        var hosts = authority
        if let at = authority.lastIndex(of: "@") {
            let credentials = authority[..<at]
            let user = credentials.prefix { $0 != ":" }
            self.user = try Self.decoded(user, "user name")
            self.password =
                user.endIndex == at ? nil : try Self.decoded(credentials[user.endIndex...].dropFirst(), "password")
            hosts = authority[authority.index(after: at)...]
        }
        do {
            let port = Self.port(isSecure: self.isSecure)
            self.addresses = try BrokerAddress.list(parsing: String(hosts), defaultPort: port)
        } catch {
            // Without an `@` the text may be a user and a password whose host was forgotten, and is not repeated.
            guard self.user == nil else { throw error }
            throw BrokerLocationError(
                "the broker URL names no usable host: write amqps://USER:PASSWORD@HOST:PORT/VHOST"
            )
        }
    }

    private static func virtualHost(_ path: Substring.UnicodeScalarView) throws(BrokerLocationError) -> String {
        guard !path.contains("@") else {
            throw BrokerLocationError(
                "an '@' follows the first '/' of the broker URL: write %2F in a password, %40 in a virtual host"
            )
        }
        guard !path.contains(where: { ["/", "?", "#"].contains($0) }) else {
            throw BrokerLocationError(
                "the virtual host in the broker URL holds '/', '?' or '#': write %2F, %3F or %23"
            )
        }
        return path.isEmpty ? "/" : try self.decoded(path, "virtual host")
    }

    private static func port(isSecure: Bool) -> UInt16 { isSecure ? 5671 : 5672 }

    /// Decodes `%XX`; the text itself is never part of an error.
    private static func decoded(
        _ text: Substring.UnicodeScalarView,
        _ what: String
    ) throws(BrokerLocationError) -> String {
        var bytes: [UInt8] = []
        var iterator = String(text).utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(Self.hexDigit), let low = iterator.next().flatMap(Self.hexDigit)
            else {
                throw BrokerLocationError("the \(what) in the broker URL holds a '%' without two hexadecimal digits")
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw BrokerLocationError("the \(what) in the broker URL is not UTF-8 text")
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension BrokerURL.Parts: CustomStringConvertible, CustomReflectable {
    /// The URL with three asterisks in place of the password.
    public var description: String { self.written(password: self.password.map { _ in Self.mask }) }

    /// Hides the password from `dump`.
    public var customMirror: Mirror { Mirror(self, children: ["url": self.description]) }

    /// The URL with this in the place of the password.
    ///
    /// Ports and the virtual host are left out where they are the usual ones.
    func written(password: String?) -> String {
        var text = self.isSecure ? "amqps://" : "amqp://"
        if let user {
            text += Self.encoded(user)
            if let password { text += ":" + password }
            text += "@"
        }
        text += self.addresses.map { $0.written(defaultPort: Self.port(isSecure: self.isSecure)) }.joined(
            separator: ","
        )
        return self.virtualHost == "/" ? text : text + "/" + Self.encoded(self.virtualHost)
    }

    /// RFC 3986, section 2.3: letters, digits and four marks stand for themselves.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
