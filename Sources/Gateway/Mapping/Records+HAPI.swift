internal import HAPI
internal import Store

extension NewEvent {
    init(_ event: borrowing EventView) {
        self.init(
            eventID: event.eventId.isEmpty ? event.contentID : String(lent: event.eventId),
            time: Timestamp(event.time),
            type: Store.EventType(event.type),
            status: event.status.map(Store.TriggerStatus.init) ?? .unknown,
            severity: event.severity.map(Severity.init) ?? .unknown,
            triggerID: String(lent: event.triggerId),
            hostID: String(lent: event.hostId),
            hostName: String(lent: event.hostName),
            brief: String(lent: event.brief),
            extendedInfo: String(lent: event.extendedInfo)
        )
    }
}

extension String {
    /// Copies text that the decoder has found to be valid UTF-8.
    fileprivate init(lent text: borrowing Span<UInt8>) {
        self = text.isEmpty ? "" : text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}

extension Store.Host {
    init(_ host: HAPI.Host) { self.init(id: host.hostId, name: host.hostName) }
}

extension Store.HostGroup {
    init(_ group: HAPI.HostGroup) { self.init(id: group.groupId, name: group.groupName) }
}

extension HostMembership {
    init(_ membership: HostGroupMembership) {
        self.init(hostID: membership.hostId, groupIDs: membership.groupIds)
    }
}

extension Store.HostParent {
    init(_ parent: HAPI.HostParent) { self.init(childID: parent.childHostId, parentID: parent.parentHostId) }
}

extension Store.Trigger {
    init(_ trigger: HAPI.Trigger) {
        self.init(
            id: trigger.triggerId,
            status: Store.TriggerStatus(trigger.status),
            severity: Severity(trigger.severity),
            lastChange: Timestamp(trigger.lastChangeTime),
            hostID: trigger.hostId,
            hostName: trigger.hostName,
            brief: trigger.brief,
            extendedInfo: trigger.extendedInfo
        )
    }
}

extension Store.Item {
    init(_ item: HAPI.Item) {
        self.init(
            id: item.itemId,
            hostID: item.hostId,
            brief: item.brief,
            lastValueTime: Timestamp(item.lastValueTime),
            lastValue: item.lastValue,
            groups: item.itemGroupName,
            unit: item.unit
        )
    }
}

extension Store.Sample {
    init(_ sample: HAPI.Sample) { self.init(time: Timestamp(sample.time), value: sample.value) }
}

extension ArmReport {
    init(_ info: ArmInfo, received: Timestamp) {
        self.init(
            status: ArmReport.Status(info.lastStatus),
            failureReason: info.failureReason,
            lastSuccess: info.lastSuccessTime.map(Timestamp.init),
            lastFailure: info.lastFailureTime.map(Timestamp.init),
            successes: Int64(info.numSuccess),
            failures: Int64(info.numFailure),
            received: received
        )
    }
}

extension ArmReport.Status {
    init(_ status: HAPI.ArmStatus) {
        self =
            switch status {
            case .initial: .initial
            case .ok: .ok
            case .notGood: .ng
            }
    }
}

extension MonitoringServerInfo {
    init(_ server: MonitoringServer) {
        self.init(
            serverId: Int(server.id),
            url: server.settings.url,
            type: ServerType(rawValue: server.type),
            nickName: server.nickname,
            userName: server.settings.userName,
            password: server.settings.password,
            pollingIntervalSec: server.settings.pollingInterval,
            retryIntervalSec: server.settings.retryInterval,
            extendedInfo: server.settings.extendedInfo
        )
    }
}
