/// How long a certificate or a revocation list is good for.
public struct Lifetime: Hashable, Sendable, CustomStringConvertible {
    /// The length in seconds.
    public let seconds: Int

    /// So many days.
    public static func days(_ count: Int) -> Lifetime { Lifetime(seconds: count * 86_400) }

    /// So many hours.
    public static func hours(_ count: Int) -> Lifetime { Lifetime(seconds: count * 3600) }

    private init(seconds: Int) { self.seconds = seconds }

    /// Reads `90`, `90d` or `36h`, from one hour to a hundred years.
    public init?(_ text: String) {
        let isHours = text.hasSuffix("h")
        guard let count = Int(isHours || text.hasSuffix("d") ? text.dropLast() : text[...]),
            (1...876_000).contains(isHours ? count : count.multipliedReportingOverflow(by: 24).partialValue),
            (1...876_000).contains(count)
        else { return nil }
        self = isHours ? .hours(count) : .days(count)
    }

    /// The form that ``init(_:)`` reads.
    public var description: String {
        self.seconds % 86_400 == 0 ? "\(self.seconds / 86_400)d" : "\(self.seconds / 3600)h"
    }
}
