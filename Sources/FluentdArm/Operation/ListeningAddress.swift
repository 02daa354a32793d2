internal import ArmPlugin
internal import Glibc

/// A numeric address and a port: `127.0.0.1:9100`, `[::1]:9100`, or `:9100` for the IPv4 loopback.
enum ListeningAddress {
    case v4(sockaddr_in)
    case v6(sockaddr_in6)

    /// The family, as socket(2) wants it.
    var family: Int32 {
        switch self {
        case .v4: AF_INET
        case .v6: AF_INET6
        }
    }

    /// - Throws: `SettingsError` that says what is expected.
    init(_ text: String) throws(SettingsError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw Self.mistake(text)
        }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            var address = sockaddr_in6()
            guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address.sin6_addr) == 1 else {
                throw Self.mistake(text)
            }
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            self = .v6(address)
        } else {
            var address = sockaddr_in()
            guard inet_pton(AF_INET, host.isEmpty ? "127.0.0.1" : String(host), &address.sin_addr) == 1 else {
                throw Self.mistake(text)
            }
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            self = .v4(address)
        }
    }

    private static func mistake(_ text: String) -> SettingsError {
        SettingsError(place: text, reason: "is not an address and a port, such as 127.0.0.1:9100 or [::1]:9100")
    }
}
