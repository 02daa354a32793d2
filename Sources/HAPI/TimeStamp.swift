/// A moment in UTC with nanoseconds, `YYYYMMDDhhmmss.nnnnnnnnn` on the wire.
public struct TimeStamp: Hashable, Sendable, Comparable {
    /// Seconds since 1970-01-01 00:00:00 UTC, leap seconds not counted.
    public let seconds: Int64
    /// 0 to 999,999,999, counted forwards also before 1970.
    public let nanoseconds: Int32

    /// The first moment the wire form can say: the start of the year 0.
    public static let earliest = Self(unchecked: -62_167_219_200, 0)
    /// The last moment the wire form can say: the end of the year 9999.
    public static let latest = Self(unchecked: 253_402_300_799, 999_999_999)

    /// A moment; what the wire form cannot say becomes ``earliest`` or ``latest``, and nanoseconds carry over.
    public init(seconds: Int64, nanoseconds: Int64 = 0) {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let carry = remainder < 0 ? quotient - 1 : quotient
        let (sum, overflow) = seconds.addingReportingOverflow(carry)
        if overflow {
            self = seconds < 0 ? .earliest : .latest
        } else if sum < Self.earliest.seconds {
            self = .earliest
        } else if sum > Self.latest.seconds {
            self = .latest
        } else {
            self.init(unchecked: sum, Int32(remainder < 0 ? remainder + 1_000_000_000 : remainder))
        }
    }

    private init(unchecked seconds: Int64, _ nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Orders by time.
    public static func < (left: Self, right: Self) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
