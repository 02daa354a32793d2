public import ArmPlugin
public import Daemon
public import Intake
public import Logging
public import Rules

/// What one run of `hap2-fluentd` does, resolved from command line, environment and file, and checked.
public struct Configuration: Sendable {
    /// The broker and the queues.
    public var broker: BrokerSettings
    /// Where records come from; never empty.
    public var inputs: [Input]
    /// Files are flushed before their lines count as accepted.
    public var syncsFiles: Bool
    /// How lines of files and of standard input are joined; `nil` makes each a record.
    public var multiline: MultilineSettings?
    /// Regular expressions; a record of fluentd becomes an event when one of them matches its tag from the start.
    public var tags: [String]
    /// The file whose first line Forward senders must know; `nil` admits every sender.
    public var forwardSharedKeyFile: String?
    /// The file of users and passwords for Forward senders; `nil` asks for none.
    public var forwardUsersFile: String?
    /// What listens with TLS shows this; `nil` if nothing does.
    public var listenerTLS: TLSFiles?
    /// What peers of sources that listen, and of the address for metrics, may do before they have shown who they are.
    public var peers: PeerLimits
    /// What the rule file says; `nil` without one.
    public var rules: RuleSet?
    /// The host of records that name none and come from this machine.
    public var hostName: String
    /// Where the spool lies.
    public var stateDirectory: String
    /// How large the spool may grow, in bytes.
    public var spoolLimit: Int
    /// What is logged, where, and how.
    public var log: LogSettings
    /// Time between status lines in the log; `nil` for none.
    public var statusInterval: Duration?
    /// Where Prometheus may ask, as `ADDRESS:PORT`; `nil` for nowhere.
    public var metricsAddress: String?
    /// Where the id of the process is written, if anywhere.
    public var pidFile: String?
    /// The configuration file that was read, if one was.
    public var file: String?
    /// What a person should know, said at each start.
    public var warnings: [String]
}

/// Where records come from.
public enum Input: Hashable, Sendable {
    /// Files that are followed.
    case files(patterns: [String], fromBeginning: Bool)
    /// Standard input up to its end.
    case standardInput
    /// The standard output of a child process, as fluentd's `stdout` plug-in writes it.
    case fluentd(command: String)
    /// Syslog on a socket, as `udp://`, `tcp://`, `tls://ADDRESS:PORT` or `unix:PATH`.
    case syslog(String)
    /// The Forward protocol on `ADDRESS:PORT`, or with TLS on `tls://ADDRESS:PORT`.
    case forward(String)
}

/// How lines are joined to records of several lines.
public struct MultilineSettings: Hashable, Sendable {
    /// A record starts with a line in which it occurs.
    public var start: Pattern
    /// A record is complete when nothing was added for so long.
    public var flush: Duration
}

/// What is logged, where, and how.
public struct LogSettings: Hashable, Sendable {
    /// How a line looks.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        /// Time, level, message and its metadata, for people.
        case text
        /// One JSON object, for programs.
        case json
    }

    /// What is left out.
    public var level: Logger.Level = .info
    /// The file; `nil` for standard error.
    public var path: String?
    /// How a line looks.
    public var format = Format.text
}
