internal import Glibc

/// A moment in UTC, in nanoseconds since 1970; reaches from 1677 to 2262.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public var nanoseconds: Int64

    /// Takes nanoseconds since 1970.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Takes seconds since 1970 and nanoseconds within the second; nil when the moment lies outside 1677 to 2262.
    public init?(seconds: Int64, nanoseconds: Int64 = 0) {
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(nanoseconds)
        guard !overflow, !carry else { return nil }
        self.nanoseconds = sum
    }

    /// Takes any moment; one outside 1677 to 2262 becomes the nearest the store can keep.
    public init(clampingSeconds seconds: Int64, nanoseconds: Int64) {
        self =
            Timestamp(seconds: seconds, nanoseconds: nanoseconds) ?? Timestamp(nanoseconds: seconds < 0 ? .min : .max)
    }

    /// The present, as the system's clock has it.
    public static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(clampingSeconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    /// Whole seconds since 1970.
    public var seconds: Int64 { self.nanoseconds / 1_000_000_000 }

    /// The moment so many seconds later; the bounds of what the store can keep end it.
    public func advanced(seconds: Int64) -> Timestamp {
        let (length, tooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, outside) = self.nanoseconds.addingReportingOverflow(length)
        return Timestamp(nanoseconds: tooLong || outside ? (seconds < 0 ? .min : .max) : sum)
    }

    /// Whether one moment comes before the other.
    public static func < (one: Timestamp, other: Timestamp) -> Bool { one.nanoseconds < other.nanoseconds }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 with nine digits of fraction, such as `2026-01-02T03:04:05.678000000Z`.
    public var description: String {
        let (days, rest) = Self.floorDivide(self.nanoseconds, by: 86_400_000_000_000)
        let (year, month, day) = Self.civil(daysSince1970: days)
        let seconds = rest / 1_000_000_000
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let time =
            "\(Self.padded(seconds / 3600, 2)):\(Self.padded(seconds / 60 % 60, 2)):\(Self.padded(seconds % 60, 2))"
        return "\(date)T\(time).\(Self.padded(rest % 1_000_000_000, 9))Z"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// The proleptic Gregorian date; eras of 400 years begin on 1 March, so that the leap day is the last day of a year.
    private static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = self.floorDivide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
