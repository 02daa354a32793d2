/// What an arm last said of its own work.
public struct ArmReport: Hashable, Sendable {
    /// The arm's verdict.
    public enum Status: UInt8, Sendable {
        case initial = 0
        case ok = 1
        case ng = 2
        case unknown = 3
    }

    public var status: Status
    public var failureReason: String
    /// nil when it never succeeded.
    public var lastSuccess: Timestamp?
    /// nil when it never failed.
    public var lastFailure: Timestamp?
    public var successes: Int64
    public var failures: Int64
    /// When we received it.
    public var received: Timestamp

    /// Describes a report.
    public init(
        status: Status,
        failureReason: String = "",
        lastSuccess: Timestamp? = nil,
        lastFailure: Timestamp? = nil,
        successes: Int64 = 0,
        failures: Int64 = 0,
        received: Timestamp
    ) {
        self.status = status
        self.failureReason = failureReason
        self.lastSuccess = lastSuccess
        self.lastFailure = lastFailure
        self.successes = successes
        self.failures = failures
        self.received = received
    }
}

/// How things stand between us and an arm, written by the running server.
public struct ArmLink: Hashable, Sendable {
    /// How far the contact goes.
    public enum State: UInt8, Sendable {
        /// No connection to the broker.
        case disconnected = 0
        /// The broker is there, profiles are not exchanged.
        case waiting = 1
        /// Profiles are exchanged.
        case established = 2
        /// Profiles were exchanged, but the arm has been silent for too long.
        case silent = 3
    }

    public var state: State
    /// Since when.
    public var since: Timestamp
    /// The name the arm gave in its profile; empty before.
    public var peer: String
    /// What the arm implements.
    public var procedures: [String]
    /// Why it is so, when it is not as it should be; empty otherwise.
    public var detail: String
    /// The exchange that messages to the arm go to, empty for the default one; `nil` before the first connection.
    public var exchange: String?

    /// Describes a link.
    public init(
        state: State,
        since: Timestamp,
        peer: String = "",
        procedures: [String] = [],
        detail: String = "",
        exchange: String? = nil
    ) {
        self.state = state
        self.since = since
        self.peer = peer
        self.procedures = procedures
        self.detail = detail
        self.exchange = exchange
    }
}
