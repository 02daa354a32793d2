internal import HAPI
internal import Store

extension Store.EventType {
    init(_ type: HAPI.EventType) {
        self =
            switch type {
            case .good: .good
            case .bad: .bad
            case .unknown: .unknown
            case .notification: .notification
            }
    }
}

extension Store.TriggerStatus {
    init(_ status: HAPI.TriggerStatus) {
        self =
            switch status {
            case .ok: .ok
            case .notGood: .ng
            case .unknown: .unknown
            }
    }
}

extension Severity {
    init(_ severity: TriggerSeverity) {
        self =
            switch severity {
            case .unknown: .unknown
            case .info: .info
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            case .emergency: .emergency
            }
    }
}

extension Update {
    init(_ type: UpdateType) { self = type == .all ? .all : .updated }
}

extension Store.LastInfoElement {
    init(_ element: HAPI.LastInfoElement) {
        self =
            switch element {
            case .host: .host
            case .hostGroup: .hostGroup
            case .hostGroupMembership: .hostGroupMembership
            case .trigger: .trigger
            case .event: .event
            case .hostParent: .hostParent
            }
    }
}
