extension Moment {
    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    /// Reads `-90s`, `-30m`, `-2h`, `-7d`, `-4w`, `now`, a date, or a date and time of RFC 3339 (UTC when no zone is given).
    public init?(_ text: String) {
        if text == "now" {
            self = .ago(0)
        } else if text.hasPrefix("-") {
            guard let unit = text.last.flatMap({ Self.units[$0] }),
                let count = Self.digits(text.dropFirst().dropLast()),
                count <= 1_000_000
            else { return nil }
            self = .ago(count * unit)
        } else {
            guard let nanoseconds = Self.absolute(text) else { return nil }
            self = .at(nanoseconds)
        }
    }

    /// Nanoseconds since 1970, for a clock that shows `now`.
    public func nanoseconds(now: Int64) -> Int64 {
        switch self {
        case .ago(let seconds): now.subtractingReportingOverflow(seconds * 1_000_000_000).partialValue
        case .at(let nanoseconds): nanoseconds
        }
    }

    private static func digits(_ text: Substring) -> Int64? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int64(text)
    }

    private static func absolute(_ text: String) -> Int64? {
        let halves = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "T" || $0 == "t" }
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard date.count == 3, date[0].count == 4, date[1].count == 2, date[2].count == 2,
            let year = self.digits(date[0]), let month = self.digits(date[1]), let day = self.digits(date[2]),
            (1678...2261).contains(year), (1...12).contains(month), (1...self.length(of: month, in: year)).contains(day)
        else { return nil }
        let days = self.days(year, month, day)
        guard halves.count == 2 else { return days * 86_400 * 1_000_000_000 }
        guard let (time, offset) = self.time(halves[1]) else { return nil }
        return (days * 86_400 - offset) * 1_000_000_000 + time
    }

    /// Nanoseconds of the day, and the zone's seconds east of UTC.
    private static func time(_ text: Substring) -> (nanoseconds: Int64, offset: Int64)? {
        var clock = text
        var offset: Int64 = 0
        if clock.hasSuffix("Z") || clock.hasSuffix("z") {
            clock = clock.dropLast()
        } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let zone = clock[clock.index(after: sign)...].split(separator: ":", omittingEmptySubsequences: false)
            guard zone.count == 2, let hours = self.digits(zone[0]), let minutes = self.digits(zone[1]), hours < 24,
                minutes < 60
            else { return nil }
            offset = (hours * 3600 + minutes * 60) * (clock[sign] == "-" ? -1 : 1)
            clock = clock[..<sign]
        }
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = self.digits(parts[0]), let minute = self.digits(parts[1]),
            parts[0].count == 2, parts[1].count == 2, hour < 24, minute < 60
        else { return nil }
        guard let seconds = parts.count == 3 ? self.seconds(parts[2]) : 0 else { return nil }
        return ((hour * 3600 + minute * 60) * 1_000_000_000 + seconds, offset)
    }

    private static func seconds(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts[0].count == 2, let whole = self.digits(parts[0]), whole < 60 else { return nil }
        guard parts.count == 2 else { return whole * 1_000_000_000 }
        guard let fraction = self.digits(parts[1]) else { return nil }
        let scale = (parts[1].count..<9).reduce(Int64(1)) { scale, _ in scale * 10 }
        return whole * 1_000_000_000 + fraction * scale
    }

    private static func length(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970 in the proleptic Gregorian calendar, years counted from 1 March.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
