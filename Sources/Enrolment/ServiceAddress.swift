/// Where the enrolment service is: `https://ca.example.com:8443`.
public struct ServiceAddress: Equatable, Sendable, CustomStringConvertible {
    /// The name or address to be dialled, without brackets.
    public let host: String
    /// The port; 443 unless told otherwise.
    public let port: Int

    /// A host and a port.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads a URL of scheme https without user, path or query; nil for any other text.
    public init?(url: String) {
        guard url.utf8.count <= 300, url.lowercased().hasPrefix("https://") else { return nil }
        let rest = url.dropFirst("https://".count)
        self.init(authority: rest.hasSuffix("/") ? rest.dropLast() : rest, defaultPort: 443)
    }

    /// Reads `HOST:PORT`, where an IPv6 address stands in brackets; nil for any other text.
    public init?(listen: String) { self.init(authority: listen[...], defaultPort: nil) }

    private init?(authority: Substring, defaultPort: Int?) {
        var host = authority
        var port = defaultPort
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            let digits = authority[authority.index(after: colon)...]
            guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
                return nil
            }
            host = authority[..<colon]
            port = Int(digits)
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let port, (0...65_535).contains(port), !host.isEmpty, host.contains(":") == isBracketed,
            host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/?#@[]\\".utf8.contains($0) })
        else { return nil }
        self.init(host: String(host), port: port)
    }

    /// The value of the header `Host`.
    public var authority: String {
        (self.host.contains(":") ? "[\(self.host)]" : self.host) + (self.port == 443 ? "" : ":\(self.port)")
    }

    public var description: String { "https://\(self.authority)" }
}
