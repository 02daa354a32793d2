/// A medium that gives some characters a meaning of their own, and how text is written so that it keeps its own meaning there.
///
/// Every rule looks at bytes or Unicode scalars, never at grapheme clusters. A `<` that follows U+0600 and a `"` that
/// U+0301 follows are part of a larger `Character`, so a rule over characters does not see them; a browser, a
/// spreadsheet and a shell do.
public struct Medium: Sendable {
    /// Appends the text to `bytes` as the medium wants it.
    let write: @Sendable (_ text: String, _ bytes: inout [UInt8]) -> Void

    init(_ write: @escaping @Sendable (_ text: String, _ bytes: inout [UInt8]) -> Void) { self.write = write }

    /// A medium in which each byte of `replacements` has a replacement and every other byte stands for itself.
    init(replacing replacements: [UInt8: String]) {
        var table = [[UInt8]?](repeating: nil, count: 256)
        for (byte, replacement) in replacements { table[Int(byte)] = Array(replacement.utf8) }
        self.init { [table] text, bytes in
            for byte in text.utf8 {
                if let replacement = table[Int(byte)] { bytes += replacement } else { bytes.append(byte) }
            }
        }
    }
}

extension String {
    /// The text, written so that the medium shows or reads exactly this text and nothing else.
    public func escaped(for medium: Medium) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.utf8.count + 16)
        medium.write(self, &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
