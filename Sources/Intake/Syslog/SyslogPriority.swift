/// The PRI of a syslog message: where it comes from and how serious it is.
///
/// Always 0 to 191, facility times 8 plus severity (RFC 5424 section 6.2.1).
public struct SyslogPriority: Hashable, Sendable {
    /// The number that stands between `<` and `>`.
    public let code: UInt8

    /// What a message without a PRI counts as: `user.notice` (RFC 3164 section 4.3.3).
    public static let userNotice = SyslogPriority(validated: 13)

    /// Takes the number from a message; `nil` above 191.
    public init?(_ code: Int) {
        guard (0...191).contains(code) else { return nil }
        self.init(validated: UInt8(code))
    }

    /// Puts a facility and a severity together.
    public init(_ facility: SyslogFacility, _ severity: SyslogSeverity) {
        self.init(validated: facility.rawValue << 3 | severity.rawValue)
    }

    private init(validated code: UInt8) {
        self.code = code
    }

    /// How serious the message is.
    public var severity: SyslogSeverity { SyslogSeverity(rawValue: self.code & 7) ?? .notice }

    /// The part of the system that the message comes from.
    public var facility: SyslogFacility { SyslogFacility(rawValue: self.code >> 3) ?? .user }

    /// All 192, in order of their code.
    static let all = (UInt8(0)...191).map { SyslogPriority(validated: $0) }
}
