internal import ArgumentParser
internal import Store

extension TriggerStatus {
    /// The word of HAPI 2.1.
    var word: String {
        switch self {
        case .ok: "OK"
        case .ng: "NG"
        case .unknown: "UNKNOWN"
        }
    }
}

extension Severity {
    /// The word of HAPI 2.1.
    var word: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .info: "INFO"
        case .warning: "WARNING"
        case .error: "ERROR"
        case .critical: "CRITICAL"
        case .emergency: "EMERGENCY"
        }
    }
}

extension HostState {
    var word: String {
        switch self {
        case .listed: "listed"
        case .adHoc: "ad hoc"
        case .removed: "removed"
        }
    }
}

extension ArmLink.State {
    var word: String {
        switch self {
        case .disconnected: "disconnected"
        case .waiting: "waiting"
        case .established: "established"
        case .silent: "silent"
        }
    }
}

extension ArmReport.Status {
    /// The word of HAPI 2.1.
    var word: String {
        switch self {
        case .initial: "INIT"
        case .ok: "OK"
        case .ng: "NG"
        case .unknown: "UNKNOWN"
        }
    }
}

/// A severity on the command line, in either case.
struct SeverityArgument: ExpressibleByArgument {
    var severity: Severity

    init?(argument: String) {
        guard let severity = Severity.allCases.first(where: { "\($0)" == argument.lowercased() }) else { return nil }
        self.severity = severity
    }

    static var allValueStrings: [String] { Severity.allCases.map { "\($0)" } }
}
