extension Medium {
    /// One line of a terminal or a log file.
    ///
    /// Control characters and line separators become blanks, so that data can neither drive the terminal nor begin a line.
    /// Bidirectional controls become visible (`<U+202E>`), so that data cannot turn the rest of the line round.
    public static let terminalLine = Medium { text, bytes in
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: bytes.append(UInt8(ascii: " "))
            case _ where BidirectionalControl.contains(scalar): bytes += "<\(BidirectionalControl.number(scalar))>".utf8
            default: bytes += UTF8.encode(scalar)!  // a scalar always has an encoding
            }
        }
    }

    /// One word of a POSIX shell's command (POSIX.1-2017, Shell Command Language, 2.2.2), in apostrophes where it needs them.
    ///
    /// NUL cannot be part of a word and becomes U+FFFD.
    public static let shellWord = Medium { text, bytes in
        guard text.isEmpty || !text.utf8.allSatisfy(isPlainInShell) else {
            bytes += text.utf8
            return
        }
        bytes.append(UInt8(ascii: "'"))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "'"): bytes += "'\\''".utf8
            case 0: bytes += "\u{FFFD}".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "'"))
    }

    private static func isPlainInShell(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
