/// Texts that a rule over grapheme clusters misreads: each special character before, after and between scalars that join it.
enum HostileText {
    /// What at least one medium gives a meaning.
    static let specials: [Unicode.Scalar] = [
        "&", "<", ">", "\"", "'", "`", ";", "=", "\r", "\n", "\t", ",", "\\", "%", "$",
    ]

    /// Scalars that Unicode joins with what follows them (Grapheme_Cluster_Break=Prepend, GraphemeBreakProperty.txt, Unicode 16).
    static let prepending: [Unicode.Scalar] =
        ([0x600...0x605, 0x6DD...0x6DD, 0x70F...0x70F, 0x890...0x891, 0x8E2...0x8E2, 0xD4E...0xD4E]
        as [ClosedRange<UInt32>])
        .flatMap { $0.compactMap(Unicode.Scalar.init) }
        + ([
            0x110BD, 0x110CD, 0x111C2, 0x111C3, 0x1193F, 0x11941, 0x11A3A, 0x11A84, 0x11A85, 0x11A86, 0x11A87, 0x11A88,
            0x11A89,
            0x11D46, 0x11F02,
        ] as [UInt32]).compactMap(Unicode.Scalar.init)

    /// Every scalar that Unicode joins with what stands before it, and the halves of flags.
    static let joining: [Unicode.Scalar] = (UInt32(0)...0x10FFFF).lazy.compactMap(Unicode.Scalar.init).filter {
        switch $0.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: $0 == "\u{200D}" || $0 == "\u{200C}" || 0x1F1E6...0x1F1FF ~= $0.value || $0.properties.isEmojiModifier
        }
    }

    /// A text for each of the scalars, with all special characters after and before it.
    static var all: [String] { (self.prepending + self.joining).map(self.around) }

    /// Each scalar alone, many to a text; those that a medium cannot hold at all are left out.
    static func alone(without excluded: Set<Unicode.Scalar>) -> [String] {
        stride(from: UInt32(0), through: 0x10FFFF, by: 0x400).compactMap { start in
            let scalars = (start..<start + 0x400).compactMap(Unicode.Scalar.init).filter { !excluded.contains($0) }
            return scalars.isEmpty ? nil : String(String.UnicodeScalarView(scalars))
        }
    }

    private static func around(_ scalar: Unicode.Scalar) -> String {
        var text = String.UnicodeScalarView()
        for special in self.specials { text += [scalar, special, scalar, "a"] }
        return String(text)
    }
}
