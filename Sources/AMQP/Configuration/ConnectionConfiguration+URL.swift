extension ConnectionConfiguration {
    /// Reads `amqp[s]://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]…][/VHOST]`.
    ///
    /// User, password and virtual host are percent-decoded (RabbitMQ URI specification); an absent virtual host means
    /// `/`. Without a user, `amqps` signs in by certificate when there is one, else as `guest`. The ports are 5672 and
    /// 5671. `amqps` without `tls` means the system's authorities and no client certificate; `tls` given with `amqp` is
    /// refused, so that nobody takes a plain connection for a secure one. No error shows the password.
    public init(url: String, tls: TLSConfiguration? = nil) throws(AMQPError) {
        guard let schemeEnd = url.firstRange(of: "://") else {
            throw .configuration("the broker URL does not start with amqp:// or amqps://")
        }
        let scheme = url[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "amqp" || scheme == "amqps" else {
            throw .configuration("the scheme of the broker URL is '\(scheme)', not amqp or amqps")
        }
        let isSecure = scheme == "amqps"
        guard isSecure || tls == nil else {
            throw .configuration("TLS settings are given, but the broker URL says amqp: write amqps")
        }

        var rest = url[schemeEnd.upperBound...]
        var virtualHost = "/"
        if let slash = rest.firstIndex(of: "/") {
            let path = rest[rest.index(after: slash)...]
            guard !path.contains(where: { "/?#".contains($0) }) else {
                throw .configuration("the virtual host in the broker URL holds '/', '?' or '#': write %2F, %3F or %23")
            }
            virtualHost = try Self.decode(path, "virtual host")
            rest = rest[..<slash]
            if path.isEmpty { virtualHost = "/" }
        }

        var credentials: Substring?
        if let at = rest.lastIndex(of: "@") {
            credentials = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        let addresses = try BrokerAddress.list(parsing: String(rest), defaultPort: isSecure ? 5671 : 5672)

        let authentication: Authentication
        if let credentials {
            let colon = credentials.firstIndex(of: ":") ?? credentials.endIndex
            authentication = .plain(
                user: try Self.decode(credentials[..<colon], "user name"),
                password: try Self.decode(credentials[colon...].dropFirst(), "password")
            )
        } else if isSecure, tls?.certificateChainPath != nil {
            authentication = .external
        } else {
            authentication = .plain(user: "guest", password: "guest")
        }
        self.init(
            addresses: addresses,
            virtualHost: virtualHost,
            authentication: authentication,
            tls: isSecure ? tls ?? TLSConfiguration() : nil
        )
    }

    /// Decodes `%XX`; the text itself is never part of an error.
    private static func decode(_ text: Substring, _ what: String) throws(AMQPError) -> String {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(Self.hexDigit), let low = iterator.next().flatMap(Self.hexDigit)
            else {
                throw .configuration("the \(what) in the broker URL holds a '%' without two hexadecimal digits")
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw .configuration("the \(what) in the broker URL is not UTF-8 text")
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
