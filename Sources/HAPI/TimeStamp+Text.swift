public import JSONRPC

extension TimeStamp {
    /// Reads the wire form from ASCII bytes: 14 digits, optionally a point and up to 9 digits.
    ///
    /// Also the form of 12 digits that the specification's own examples show (seconds 00), and second 60, which counts as the next
    /// second. `nil` for anything else, and for days and times that do not exist.
    public init?(utf8 bytes: Span<UInt8>) {
        guard bytes.count >= 12, let year = Self.digits(bytes, 0, 4), let month = Self.digits(bytes, 4, 2),
            let day = Self.digits(bytes, 6, 2), let hour = Self.digits(bytes, 8, 2),
            let minute = Self.digits(bytes, 10, 2)
        else { return nil }
        var second: Int64 = 0
        if bytes.count > 12 {
            guard bytes.count >= 14, let digits = Self.digits(bytes, 12, 2) else { return nil }
            second = digits
        }
        guard (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year), hour < 24, minute < 60,
            second <= 60, let nanoseconds = Self.fraction(bytes)
        else { return nil }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        self.init(seconds: days * 86_400 + hour * 3_600 + minute * 60 + second, nanoseconds: nanoseconds)
    }

    /// Reads the wire form.
    public init?(_ text: String) {
        self.init(utf8: text.utf8.span)
    }

    /// Appends the wire form: always 14 digits, a point and 9 digits.
    public func append(to bytes: inout [UInt8]) {
        let days = (self.seconds >= 0 ? self.seconds : self.seconds - 86_399) / 86_400
        let second = self.seconds - days * 86_400
        let (year, month, day) = Self.date(daysSince1970: days)
        let nanoseconds = UInt32(self.nanoseconds)
        bytes.append(addingCapacity: 24) { output in
            Self.append(pair: UInt32(year / 100), to: &output)
            Self.append(pair: UInt32(year % 100), to: &output)
            Self.append(pair: UInt32(month), to: &output)
            Self.append(pair: UInt32(day), to: &output)
            Self.append(pair: UInt32(second / 3_600), to: &output)
            Self.append(pair: UInt32(second / 60 % 60), to: &output)
            Self.append(pair: UInt32(second % 60), to: &output)
            output.append(UInt8(ascii: "."))
            output.append(UInt8(truncatingIfNeeded: nanoseconds / 100_000_000) + UInt8(ascii: "0"))
            Self.append(pair: nanoseconds / 1_000_000 % 100, to: &output)
            Self.append(pair: nanoseconds / 10_000 % 100, to: &output)
            Self.append(pair: nanoseconds / 100 % 100, to: &output)
            Self.append(pair: nanoseconds % 100, to: &output)
        }
    }

    @inline(__always)
    private static func append(pair value: UInt32, to output: inout OutputSpan<UInt8>) {
        output.append(UInt8(truncatingIfNeeded: value / 10) + UInt8(ascii: "0"))
        output.append(UInt8(truncatingIfNeeded: value % 10) + UInt8(ascii: "0"))
    }

    private static func digits(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> Int64? {
        var value: Int64 = 0
        for index in start..<start + count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }

    private static func fraction(_ bytes: Span<UInt8>) -> Int64? {
        guard bytes.count > 14 else { return 0 }
        guard bytes[14] == UInt8(ascii: "."), bytes.count <= 24 else { return nil }
        guard var value = self.digits(bytes, 15, bytes.count - 15) else { return nil }
        for _ in bytes.count..<24 { value *= 10 }
        return value
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // The two functions below count in years that begin in March, so that the leap day is the last of its year.

    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = days + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension TimeStamp: CustomStringConvertible, LosslessStringConvertible, JSONEncodable {
    /// The wire form.
    public var description: String {
        var bytes: [UInt8] = []
        self.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes the wire form as a JSON string.
    public func encode(to writer: inout JSONWriter) { writer.value(self.description) }
}
