/// The part of a system that a syslog message comes from (RFC 5424 section 6.2.1, table 1).
public enum SyslogFacility: UInt8, CaseIterable, Sendable {
    case kernel
    case user
    case mail
    case daemon
    case authorization
    case syslog
    case printer
    case news
    case uucp
    case cron
    case privateAuthorization
    case ftp
    case ntp
    case audit
    case alert
    case clock
    case local0
    case local1
    case local2
    case local3
    case local4
    case local5
    case local6
    case local7

    /// The customary short name, as in `auth.err`.
    public var name: String {
        switch self {
        case .kernel: "kern"
        case .user: "user"
        case .mail: "mail"
        case .daemon: "daemon"
        case .authorization: "auth"
        case .syslog: "syslog"
        case .printer: "lpr"
        case .news: "news"
        case .uucp: "uucp"
        case .cron: "cron"
        case .privateAuthorization: "authpriv"
        case .ftp: "ftp"
        case .ntp: "ntp"
        case .audit: "audit"
        case .alert: "alert"
        case .clock: "clock"
        default: "local\(self.rawValue - Self.local0.rawValue)"
        }
    }
}
