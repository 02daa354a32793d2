/// Reads the times that records write.
enum RecordTimeReader {
    /// The time, or `nil` when the text is none of this format.
    static func read(_ text: [UInt8], _ format: RuleSet.TimeFormat) -> RuledEvent.Time? {
        switch format {
        case .rfc3339: self.rfc3339(text)
        case .seconds: self.number(text, fractionDigits: 0)
        case .milliseconds: self.number(text, fractionDigits: 3)
        case .microseconds: self.number(text, fractionDigits: 6)
        case .nanoseconds: self.number(text, fractionDigits: 9)
        }
    }

    /// A decimal number, its point moved to the left by some digits.
    private static func number(_ text: [UInt8], fractionDigits: Int) -> RuledEvent.Time? {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        var whole = Array(parts[0])
        let fraction = parts.count > 1 ? Array(parts[1]) : []
        guard !whole.isEmpty, whole.count <= 20, (whole + fraction).allSatisfy({ ByteSet.digits.contains($0) }) else {
            return nil
        }
        if whole.count <= fractionDigits {
            whole.insert(contentsOf: repeatElement(0x30, count: fractionDigits + 1 - whole.count), at: 0)
        }
        let seconds = whole.dropLast(fractionDigits)
        guard let value = Int64(String(decoding: seconds, as: UTF8.self)) else { return nil }
        return RuledEvent.Time(seconds: value, nanoseconds: self.nanoseconds(whole.suffix(fractionDigits) + fraction))
    }

    private static func nanoseconds(_ digits: [UInt8]) -> UInt32 {
        (digits.prefix(9) + repeatElement(0x30, count: max(0, 9 - digits.count))).reduce(0) {
            $0 * 10 + UInt32($1 - 0x30)
        }
    }

    /// `2026-01-02T03:04:05.678+01:00`, also with a blank for the `T` and without a zone, which is UTC then.
    private static func rfc3339(_ text: [UInt8]) -> RuledEvent.Time? {
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= text.count else { return nil }
            var value: Int64 = 0
            for byte in text[range] {
                guard ByteSet.digits.contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        guard text.count >= 19, text[4] == 0x2D, text[7] == 0x2D, text[10] == 0x54 || text[10] == 0x20,
            text[13] == 0x3A,
            text[16] == 0x3A, let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = text[19...]
        var fraction: [UInt8] = []
        if rest.first == 0x2E || rest.first == 0x2C {
            fraction = Array(rest.dropFirst().prefix { ByteSet.digits.contains($0) })
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard let offset = self.offset(rest) else { return nil }
        let seconds = self.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return RuledEvent.Time(seconds: seconds, nanoseconds: self.nanoseconds(fraction))
    }

    private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
        guard let sign = text.first, text != [0x5A], text != [0x7A] else { return 0 }
        let digits = text.dropFirst().filter { $0 != 0x3A }
        guard sign == 0x2B || sign == 0x2D, digits.count == 4, digits.allSatisfy({ ByteSet.digits.contains($0) }) else {
            return nil
        }
        let values = digits.map { Int64($0 - 0x30) }
        let offset = (values[0] * 10 + values[1]) * 3600 + (values[2] * 10 + values[3]) * 60
        return sign == 0x2D ? -offset : offset
    }

    /// Days since 1970-01-01 in the Gregorian calendar, years counted from March so that the leap day comes last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
