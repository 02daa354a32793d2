@_spi(_Unicode) internal import Swift

/// The longest a text of a HAPI type may be, counted in code points after NFC normalisation.
public struct TextLimit: Hashable, Sendable {
    /// The most code points, inclusive.
    public let characters: Int

    /// Sets a limit of at least one.
    public init(characters: Int) { self.characters = max(characters, 1) }

    public static let string255 = Self(characters: 255)
    public static let uri2047 = Self(characters: 2047)
    public static let string32767 = Self(characters: 32767)

    /// What ends a text that was cut.
    public static let mark = "\u{2026}"

    /// Whether a text is within the limit.
    public func admits(_ text: String) -> Bool {
        // Normalising to NFC never yields more code points than the text has bytes of UTF-8, so short texts need no look.
        if text.utf8.count <= self.characters { return true }
        var count = 0
        for _ in text._nfc {
            count += 1
            if count > self.characters { return false }
        }
        return true
    }

    /// The text in NFC, cut and marked if it is longer than the limit.
    ///
    /// A cut falls between grapheme clusters, as far as the last that leaves room for ``mark``; inside one only
    /// where a single cluster is longer than the limit.
    public func clip(_ text: String) -> String {
        if text.utf8.count <= self.characters, Self.isKnownNFC(text) { return text }
        var normalised = ""
        normalised.unicodeScalars.append(contentsOf: text._nfc)
        return self.admits(normalised) ? normalised : self.cut(normalised)
    }

    private func cut(_ normalised: String) -> String {
        let room = self.characters - 1
        let scalars = normalised.unicodeScalars
        guard let limit = scalars.index(scalars.startIndex, offsetBy: room, limitedBy: scalars.endIndex) else {
            return normalised
        }
        var end = normalised.startIndex
        while true {
            let next = normalised.index(after: end)
            if next > limit { break }
            end = next
        }
        if end == normalised.startIndex { end = limit }
        return String(normalised[..<end]) + Self.mark
    }

    static func isKnownNFC(_ text: String) -> Bool {
        var span = text.utf8Span
        return span.isKnownASCII || span.checkForNFC(quickCheck: true)
    }
}
