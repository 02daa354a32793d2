/// The SHA-256 digest of a certificate, by which a node knows its authority before it has any of its files.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// 64 hexadecimal digits in lower case.
    public let description: String

    /// Reads 64 hexadecimal digits in any case, with or without colons and a leading `sha256:`; nil for any other text.
    public init?(_ text: String) {
        var digits = text.lowercased()
        if let equals = digits.lastIndex(of: "=") { digits = String(digits[digits.index(after: equals)...]) }
        if digits.hasPrefix("sha256:") { digits.removeFirst("sha256:".count) }
        digits.removeAll { $0 == ":" }
        guard digits.utf8.count == 64, digits.utf8.allSatisfy({ $0.isLowerHexadecimal }) else { return nil }
        self.description = digits
    }
}
