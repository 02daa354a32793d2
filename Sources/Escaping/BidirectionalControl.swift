/// The characters that change the direction in which the text after them is shown (Unicode Standard Annex 9, section 2).
///
/// Data can use them to show something else than it says: U+202E turns the rest of a line round. Media that people read show
/// each of them by its number instead (Unicode Technical Report 36, section 2.5); media that programs read keep them.
enum BidirectionalControl {
    /// Whether a scalar is one of them.
    static func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// The number of a scalar as people write it, such as `U+202E`.
    static func number(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
