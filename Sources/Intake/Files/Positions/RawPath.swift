internal import Glibc

/// Paths as the system has them: any bytes but zero, while a `String` holds valid UTF-8 only.
///
/// A byte that is no UTF-8 stands in the text as one character of a private use area (U+10F780 to U+10F7FF), and is turned back
/// when the system is called. So a file with a Japanese name in EUC-JP is found, opened and known again.
enum RawPath {
    private static let first: UInt32 = 0x10F700
    /// With this byte the UTF-8 of those characters begins.
    private static let lead: UInt8 = 0xF4

    /// The text for the bytes of a name.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(self.lead) { return text }
        var text = ""
        var rest = Array(bytes)[...]
        while let byte = rest.first {
            let length =
                byte == self.lead ? nil : (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
            if let length {
                text += String(decoding: rest.prefix(length), as: UTF8.self)
            } else if let scalar = Unicode.Scalar(self.first + UInt32(byte)) {
                text.unicodeScalars.append(scalar)
            }
            rest = rest.dropFirst(length ?? 1)
        }
        return text
    }

    /// The bytes of a path.
    static func bytes(_ text: String) -> [UInt8] {
        guard text.utf8.contains(self.lead) else { return Array(text.utf8) }
        return text.unicodeScalars.flatMap { self.byte($0).map { [$0] } ?? Array(String($0).utf8) }
    }

    /// Calls the system with a path.
    static func with<Result>(_ text: String, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        guard text.utf8.contains(self.lead) else { return text.withCString(body) }
        return body(self.bytes(text).map { CChar(bitPattern: $0) } + [0])
    }

    /// A path as people see it: what is no UTF-8 is U+FFFD.
    static func shown(_ text: String) -> String {
        guard text.utf8.contains(self.lead) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { self.byte($0) == nil ? $0 : "\u{FFFD}" }))
    }

    private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        (self.first + 0x80...self.first + 0xFF).contains(scalar.value) ? UInt8(scalar.value - self.first) : nil
    }
}
