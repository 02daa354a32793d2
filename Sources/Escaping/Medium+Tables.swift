extension Medium {
    /// A field of CSV (RFC 4180), in quotation marks where it needs them.
    ///
    /// A spreadsheet would calculate a field that begins with `=`, `+`, `-`, `@` (also in full width, as Japanese input
    /// methods write them), a tab or a line end. Such a field begins with an apostrophe instead.
    public static let csvField = Medium { text, bytes in
        let isFormula = text.unicodeScalars.first.map(formulaStarts.contains) ?? false
        let needsQuotes = isFormula || text.utf8.contains(where: csvSpecials.contains)
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
    }

    private static let formulaStarts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]
    private static let csvSpecials: Set<UInt8> = [
        UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: ";"),
        UInt8(ascii: "\t"),
    ]
}
