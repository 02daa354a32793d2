/// How serious a syslog message is (RFC 5424 section 6.2.1, table 2); the lower, the worse.
public enum SyslogSeverity: UInt8, CaseIterable, Sendable {
    case emergency
    case alert
    case critical
    case error
    case warning
    case notice
    case informational
    case debug

    /// The customary short name, as in `auth.err`.
    public var name: String {
        switch self {
        case .emergency: "emerg"
        case .alert: "alert"
        case .critical: "crit"
        case .error: "err"
        case .warning: "warning"
        case .notice: "notice"
        case .informational: "info"
        case .debug: "debug"
        }
    }

    /// The severity of the event that the message becomes, in HAPI's words.
    public var eventSeverity: String {
        switch self {
        case .emergency: "EMERGENCY"
        case .alert, .critical: "CRITICAL"
        case .error: "ERROR"
        case .warning: "WARNING"
        case .notice, .informational, .debug: "INFO"
        }
    }

    /// The type of that event: `BAD` down to warning, below that a `NOTIFICATION`.
    public var eventType: String { self.rawValue <= Self.warning.rawValue ? "BAD" : "NOTIFICATION" }

    /// The status of that event: `NG` down to warning, below that `OK`.
    public var eventStatus: String { self.rawValue <= Self.warning.rawValue ? "NG" : "OK" }
}
