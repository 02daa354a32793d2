internal import ArgumentParser
internal import Glibc
internal import Store

/// A moment on the command line: `2026-01-02`, `2026-01-02T03:04:05.5Z`, `2026-01-02T03:04+09:00`, or an age such as `90s`, `15m`, `2h`, `7d`.
struct TimeArgument: ExpressibleByArgument {
    var timestamp: Timestamp

    init?(argument: String) {
        guard let timestamp = Self.age(argument) ?? Self.absolute(argument) else { return nil }
        self.timestamp = timestamp
    }

    private static func age(_ text: String) -> Timestamp? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count >= 0 else {
            return nil
        }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? nil : Timestamp(seconds: Int64(time(nil)) - seconds)
    }

    private static func absolute(_ text: String) -> Timestamp? {
        let pattern =
            /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?/
        guard let match = text.wholeMatch(of: pattern) else { return nil }
        func number(_ digits: Substring?) -> Int32 { digits.flatMap { Int32($0) } ?? 0 }
        var calendar = tm()
        calendar.tm_year = number(match.1) - 1900
        calendar.tm_mon = number(match.2) - 1
        calendar.tm_mday = number(match.3)
        calendar.tm_hour = number(match.4)
        calendar.tm_min = number(match.5)
        calendar.tm_sec = number(match.6)
        let given = calendar
        let seconds = timegm(&calendar)
        // A date that does not exist, such as 30 February, comes out as another one.
        guard calendar.tm_mday == given.tm_mday, calendar.tm_mon == given.tm_mon, calendar.tm_hour == given.tm_hour,
            calendar.tm_min == given.tm_min, calendar.tm_sec == given.tm_sec
        else { return nil }
        let fraction = match.7.map { $0 + String(repeating: "0", count: 9 - $0.count) }
        let offset = match.8.map { Self.offset($0) } ?? 0
        return Timestamp(seconds: Int64(seconds) - offset, nanoseconds: fraction.flatMap { Int64($0) } ?? 0)
    }

    private static func offset(_ zone: Substring) -> Int64 {
        let digits = zone.filter(\.isNumber)
        guard digits.count == 4, let number = Int64(digits) else { return 0 }
        let seconds = number / 100 * 3600 + number % 100 * 60
        return zone.hasPrefix("-") ? -seconds : seconds
    }
}
