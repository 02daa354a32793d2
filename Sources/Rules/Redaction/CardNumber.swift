/// Numbers of payment cards (ISO/IEC 7812).
enum CardNumber {
    /// The longest card number at the start of a run of digits, blanks and hyphens: 13 to 19 digits of which the last is
    /// the right check digit (Luhn's formula).
    static func prefix(of text: Span<UInt8>, in range: Range<Int>) -> Range<Int>? {
        var digits: [UInt8] = []
        var longest: Range<Int>?
        for index in range {
            guard ByteSet.digits.contains(text[index]) else { continue }
            digits.append(text[index] - 0x30)
            let isLast = index + 1 == text.count || !ByteSet.word.contains(text[index + 1])
            if isLast, (13...19).contains(digits.count), self.isValid(digits) { longest = range.lowerBound..<index + 1 }
        }
        return longest
    }

    /// Whether the last digit is right.
    static func isValid(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let doubled = Int(digit) * (index % 2 == 0 ? 1 : 2)
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }
}
