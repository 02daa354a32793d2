internal import Store

extension JSON {
    init(_ time: Timestamp) { self = .string(time.description) }
    init(_ time: Timestamp?) { self = time.map { .string($0.description) } ?? .null }

    init(_ handled: HandledEvent) {
        let event = handled.event.content
        self = [
            "id": .number(handled.id), "server": .number(handled.event.server), "time": JSON(event.time),
            "eventId": .string(event.eventID), "type": .string("\(event.type)"), "status": .string("\(event.status)"),
            "severity": .string("\(event.severity)"), "hostId": .string(event.hostID), "host": .string(event.hostName),
            "triggerId": .string(event.triggerID), "brief": .string(event.brief),
            "extendedInfo": .string(event.extendedInfo),
            "handling": [
                "status": .string("\(handled.handling.status)"), "assignee": .string(handled.handling.assignee),
                "comments": JSON(handled.handling.comments),
            ],
        ]
    }

    init(_ step: HandlingStep) {
        self = [
            "id": .number(step.id), "time": JSON(step.time), "actor": .string(step.actor),
            "status": JSON(step.change.status.map { "\($0)" }), "assignee": JSON(step.change.assignee),
            "comment": JSON(step.change.comment),
        ]
    }

    init(_ stored: StoredHost) {
        self = [
            "server": .number(stored.server), "id": .string(stored.host.id), "name": .string(stored.host.name),
            "state": .string("\(stored.state)"), "groups": JSON(stored.groups), "parent": JSON(stored.parent),
        ]
    }

    init(_ stored: StoredTrigger) {
        let trigger = stored.trigger
        self = [
            "server": .number(stored.server), "id": .string(trigger.id), "status": .string("\(trigger.status)"),
            "severity": .string("\(trigger.severity)"), "lastChange": JSON(trigger.lastChange),
            "hostId": .string(trigger.hostID), "host": .string(trigger.hostName), "brief": .string(trigger.brief),
            "extendedInfo": .string(trigger.extendedInfo),
        ]
    }

    init(_ stored: StoredItem) {
        let item = stored.item
        self = [
            "server": .number(stored.server), "id": .string(item.id), "hostId": .string(item.hostID),
            "brief": .string(item.brief), "lastValueTime": JSON(item.lastValueTime),
            "lastValue": .string(item.lastValue), "groups": JSON(item.groups), "unit": .string(item.unit),
        ]
    }

    /// Without any password: the broker's URL shows three asterisks in its place.
    init(_ server: MonitoringServer) {
        self = [
            "id": .number(server.id), "nickname": .string(server.nickname), "type": .string(server.type),
            "brokerURL": .string(server.broker.url.description), "queue": .string(server.broker.queue),
            "queueType": .string(server.broker.queueType),
            "armUser": server.broker.armUser.map { .string($0) } ?? .null,
            "tlsCertificateAuthority": JSON(server.broker.certificateAuthority),
            "tlsCertificate": JSON(server.broker.certificate), "tlsKey": JSON(server.broker.key),
            "tlsVerify": .bool(server.broker.verifiesPeer),
            "pollingInterval": JSON(server.settings.pollingInterval),
            "retryInterval": JSON(server.settings.retryInterval),
            "extendedInfo": .string(server.settings.extendedInfo),
        ]
    }

    init(_ arm: ArmStatus) {
        self = [
            "server": .number(arm.server), "nickname": .string(arm.nickname),
            "state": .string(arm.link.map { "\($0.state)" } ?? "unknown"), "since": JSON(arm.link?.since),
            "peer": .string(arm.link?.peer ?? ""), "detail": .string(arm.link?.detail ?? ""),
            "exchange": arm.link?.exchange.map { .string($0) } ?? .null,
            "putAside": .number(arm.putAside), "lastSuccess": JSON(arm.report?.lastSuccess),
            "lastFailure": JSON(arm.report?.lastFailure), "successes": .number(arm.report?.successes ?? 0),
            "failures": .number(arm.report?.failures ?? 0), "failureReason": .string(arm.report?.failureReason ?? ""),
        ]
    }

    /// Without the password's hash.
    init(_ user: User) {
        self = [
            "id": .number(user.id), "name": .string(user.name), "role": .string("\(user.role)"),
            "note": .string(user.note), "hostGroups": JSON(user.hostGroups), "created": JSON(user.created),
        ]
    }

    init(_ key: APIKey) {
        self = [
            "id": .number(key.id), "prefix": .string(key.prefix), "user": .string(key.userName),
            "name": .string(key.name), "scope": .string("\(key.scope)"), "created": JSON(key.created),
            "expires": JSON(key.expires), "used": JSON(key.used),
        ]
    }

    init(_ entry: AuditEntry) {
        self = [
            "id": .number(entry.id), "time": JSON(entry.time), "actor": .string(entry.actor),
            "address": .string(entry.address), "action": .string(entry.action), "subject": .string(entry.subject),
            "before": .string(entry.before), "after": .string(entry.after),
        ]
    }
}
