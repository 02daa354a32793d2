/// What a line of fluentd's standard output is.
///
/// An event of the `stdout` output (https://docs.fluentd.org/output/stdout):
/// `2017-11-28 11:43:13.814351757 +0900 TAG: RECORD`. The fraction may be missing (fluentd 0.12) or have 1 to 9 digits; the zone
/// is `+hhmm`, `-hhmm`, either with a colon, `UTC` or `Z`. A year of more than four digits comes from a sender that gave milliseconds, or a smaller
/// unit, for seconds, see ``RecordTime/init(unixNumber:)``. Fluentd's own log has a level in brackets for the tag.
enum FluentdLine: Equatable {
    /// An event, with the places of its tag and record in the bytes.
    ///
    /// Without a time, that of arrival has to serve.
    case event(time: RecordTime?, tag: Range<Int>, record: Range<Int>)
    /// A line of fluentd's own log, and how serious it is.
    case log(level: Level, text: Range<Int>)
    /// Something else.
    case other

    /// The levels of fluentd's own log.
    enum Level: String, CaseIterable {
        case trace
        case debug
        case info
        case warn
        case error
        case fatal
    }

    /// Reads one line, without its line ending.
    init(_ bytes: [UInt8], in line: Range<Int>) {
        self = bytes.withUnsafeBufferPointer { bytes in
            var cursor = Cursor(bytes: bytes, position: line.lowerBound, end: line.upperBound)
            return Self.read(&cursor) ?? .other
        }
    }

    /// The first second of the year 10000.
    private static let endOfFourDigits: Int64 = 253_402_300_800

    private static func read(_ cursor: inout Cursor) -> FluentdLine? {
        guard let day = cursor.date(), cursor.skip(UInt8(ascii: " ")), let seconds = cursor.timeOfDay(),
            let nanoseconds = cursor.fraction(), cursor.skip(UInt8(ascii: " ")), let offset = cursor.zone(),
            cursor.skip(UInt8(ascii: " "))
        else { return nil }
        let stated = day * 86_400 + seconds - offset
        var time: RecordTime? = RecordTime(seconds: stated, nanoseconds: nanoseconds)
        if stated >= self.endOfFourDigits { time = RecordTime(unixNumber: stated) }
        let start = cursor.position
        if let level = cursor.level() { return .log(level: level, text: start..<cursor.end) }
        guard let colon = cursor.endOfTag(), colon > start else { return nil }
        return .event(time: time, tag: start..<colon, record: colon + 2..<cursor.end)
    }
}

extension FluentdLine {
    /// Walks over the bytes of a line; every step says `nil` or false when the bytes are not what they should be.
    private struct Cursor {
        let bytes: UnsafeBufferPointer<UInt8>
        var position: Int
        let end: Int

        mutating func skip(_ byte: UInt8) -> Bool {
            guard self.position < self.end, self.bytes[self.position] == byte else { return false }
            self.position += 1
            return true
        }

        mutating func digits(_ count: Int) -> Int64? {
            guard self.end - self.position >= count else { return nil }
            var value: Int64 = 0
            for index in self.position..<self.position + count {
                let digit = self.bytes[index] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                value = value * 10 + Int64(digit)
            }
            self.position += count
            return value
        }

        /// `YYYY-MM-DD` as days since 1970-01-01; the year may have up to nine digits.
        mutating func date() -> Int64? {
            guard var year = self.digits(4) else { return nil }
            for _ in 0..<5 {
                guard let digit = self.digits(1) else { break }
                year = year * 10 + digit
            }
            guard self.skip(UInt8(ascii: "-")), let month = self.digits(2),
                self.skip(UInt8(ascii: "-")), let day = self.digits(2),
                CivilDate.exists(year: Int(year), month: Int(month), day: Int(day))
            else { return nil }
            return CivilDate.days(year: Int(year), month: Int(month), day: Int(day))
        }

        /// `hh:mm:ss` as seconds since midnight; second 60 is taken as the first of the next minute.
        mutating func timeOfDay() -> Int64? {
            guard let hour = self.digits(2), hour < 24, self.skip(UInt8(ascii: ":")), let minute = self.digits(2),
                minute < 60, self.skip(UInt8(ascii: ":")), let second = self.digits(2), second < 61
            else { return nil }
            return hour * 3600 + minute * 60 + second
        }

        /// `.` and 1 to 9 digits as nanoseconds, or nothing as 0.
        mutating func fraction() -> UInt32? {
            guard self.skip(UInt8(ascii: ".")) else { return 0 }
            var value: UInt32 = 0
            var count = 0
            while count < 9, let digit = self.digits(1) {
                value = value * 10 + UInt32(digit)
                count += 1
            }
            guard count > 0 else { return nil }
            for _ in count..<9 { value *= 10 }
            return value
        }

        /// The zone as seconds east of Greenwich.
        mutating func zone() -> Int64? {
            if self.skip(UInt8(ascii: "Z")) { return 0 }
            if self.skip(UInt8(ascii: "U")) {
                return self.skip(UInt8(ascii: "T")) && self.skip(UInt8(ascii: "C")) ? 0 : nil
            }
            let isWest = self.skip(UInt8(ascii: "-"))
            guard isWest || self.skip(UInt8(ascii: "+")), let hours = self.digits(2), hours < 24 else { return nil }
            _ = self.skip(UInt8(ascii: ":"))
            guard let minutes = self.digits(2), minutes < 60 else { return nil }
            let seconds = hours * 3600 + minutes * 60
            return isWest ? -seconds : seconds
        }

        /// `[info]` and the like, where a tag would be.
        mutating func level() -> Level? {
            guard self.position < self.end, self.bytes[self.position] == UInt8(ascii: "[") else { return nil }
            return Level.allCases.first { level in
                let name = level.rawValue.utf8
                let close = self.position + 1 + name.count
                return close < self.end && self.bytes[close] == UInt8(ascii: "]")
                    && self.bytes[self.position + 1..<close].elementsEqual(name)
            }
        }

        /// Where the first `: ` is.
        func endOfTag() -> Int? {
            var index = self.position
            while index + 1 < self.end {
                if self.bytes[index] == UInt8(ascii: ":"), self.bytes[index + 1] == UInt8(ascii: " ") { return index }
                index += 1
            }
            return nil
        }
    }
}
