internal import COpenSSL
internal import Glibc

/// A moment in whole seconds since 1970, in UTC, as certificates count.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var seconds: Int

    /// A moment by its seconds since 1970.
    public init(seconds: Int) { self.seconds = seconds }

    /// Now.
    public static var now: Timestamp { Timestamp(seconds: time(nil)) }

    /// The last second that a UTCTime can say.
    ///
    /// RabbitMQ's expiry check stumbles over later dates, and `openssl ca` cannot read them as dates of revocation.
    public static let lastUTCTime = Timestamp(seconds: 2_524_607_999)

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }

    /// A moment later, or earlier for a negative number of seconds.
    public static func + (left: Timestamp, seconds: Int) -> Timestamp { Timestamp(seconds: left.seconds + seconds) }

    /// ISO 8601, as in `2026-11-21T04:26:25Z`.
    public var description: String { self.formatted("%Y-%m-%dT%H:%M:%SZ") }

    /// The day, as in `2026-11-21`.
    public var day: String { self.formatted("%Y-%m-%d") }

    /// Whole days until this moment, rounded towards zero.
    public func days(since other: Timestamp) -> Int { (self.seconds - other.seconds) / 86_400 }

    /// The form of `index.txt`: UTCTime until 2049, GeneralizedTime after.
    var asn1Text: String { self.formatted(self > Self.lastUTCTime ? "%Y%m%d%H%M%SZ" : "%y%m%d%H%M%SZ") }

    /// Reads UTCTime or GeneralizedTime as `index.txt` holds it; nil when it is neither.
    init?(asn1Text text: String) {
        guard text.utf8.count == 13 || text.utf8.count == 15, text.hasSuffix("Z"),
            text.utf8.dropLast().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let time = ASN1_TIME_new()
        else { return nil }
        defer { ASN1_STRING_free(time) }
        guard ASN1_TIME_set_string(time, text) == 1 else { return nil }
        self.init(time)
    }

    /// Reads ISO 8601 as ``description`` writes it; nil for any other text.
    init?(_ text: String) {
        self.init(asn1Text: String(text.filter { !"-T:".contains($0) }))
        guard self.description == text else { return nil }
    }

    /// Reads an `ASN1_TIME`.
    init?(_ time: UnsafePointer<ASN1_TIME>?) {
        var fields = tm()
        guard let time, ASN1_TIME_to_tm(time, &fields) == 1 else { return nil }
        self.init(seconds: timegm(&fields))
    }

    private func formatted(_ format: String) -> String {
        var seconds = self.seconds
        var fields = tm()
        gmtime_r(&seconds, &fields)
        return openSSLText(capacity: 64) { strftime($0, $1, format, &fields) > 0 } ?? ""
    }

    /// Lends the moment as `ASN1_TIME`.
    func withASN1<Result>(_ body: (UnsafeMutablePointer<ASN1_TIME>) throws -> Result) rethrows -> Result {
        guard let time = ASN1_TIME_set(nil, self.seconds) else { fatalError("out of memory") }
        defer { ASN1_STRING_free(time) }
        return try body(time)
    }
}
