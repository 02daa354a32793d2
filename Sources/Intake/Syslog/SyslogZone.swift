internal import Glibc

/// The time zone of senders whose timestamps name none (RFC 3164).
public enum SyslogZone: Hashable, Sendable {
    /// That of this machine.
    case local
    /// Seconds ahead of UTC.
    case fixed(Int64)

    /// The moment of receipt as the parser needs it.
    ///
    /// The offset is that of now; a message from before a change to or from summer time that arrives after it is read an
    /// hour wrong, which nothing in it could tell.
    func clock() -> SyslogClock {
        var now = time(nil)
        switch self {
        case .fixed(let offset):
            return SyslogClock(now: Int64(now), zoneOffset: offset)
        case .local:
            var parts = tm()
            localtime_r(&now, &parts)
            return SyslogClock(now: Int64(now), zoneOffset: Int64(parts.tm_gmtoff))
        }
    }
}
