internal import JSONRPC

// The enumerations of events, written and read as bytes: no string is made of a word.

extension EventType {
    var word: StaticString {
        switch self {
        case .good: "GOOD"
        case .bad: "BAD"
        case .unknown: "UNKNOWN"
        case .notification: "NOTIFICATION"
        }
    }

    init?(utf8 bytes: Span<UInt8>) {
        switch bytes.count {
        case 3 where bytes.says("BAD"): self = .bad
        case 4 where bytes.says("GOOD"): self = .good
        case 7 where bytes.says("UNKNOWN"): self = .unknown
        case 12 where bytes.says("NOTIFICATION"): self = .notification
        default: return nil
        }
    }
}

extension TriggerStatus {
    var word: StaticString {
        switch self {
        case .ok: "OK"
        case .notGood: "NG"
        case .unknown: "UNKNOWN"
        }
    }

    init?(utf8 bytes: Span<UInt8>) {
        switch bytes.count {
        case 2 where bytes.says("OK"): self = .ok
        case 2 where bytes.says("NG"): self = .notGood
        case 7 where bytes.says("UNKNOWN"): self = .unknown
        default: return nil
        }
    }
}

extension TriggerSeverity {
    var word: StaticString {
        switch self {
        case .unknown: "UNKNOWN"
        case .info: "INFO"
        case .warning: "WARNING"
        case .error: "ERROR"
        case .critical: "CRITICAL"
        case .emergency: "EMERGENCY"
        }
    }

    init?(utf8 bytes: Span<UInt8>) {
        switch bytes.count {
        case 4 where bytes.says("INFO"): self = .info
        case 5 where bytes.says("ERROR"): self = .error
        case 7 where bytes.says("WARNING"): self = .warning
        case 7 where bytes.says("UNKNOWN"): self = .unknown
        case 8 where bytes.says("CRITICAL"): self = .critical
        case 9 where bytes.says("EMERGENCY"): self = .emergency
        default: return nil
        }
    }
}
