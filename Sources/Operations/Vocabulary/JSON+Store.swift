public import Store

/// What the store knows, in the words of the REST API.
extension JSON {
    /// A moment, as RFC 3339 writes it.
    public init(_ time: Timestamp) { self = .string(time.description) }
    /// A moment, or null.
    public init(_ time: Timestamp?) { self = time.map { .string($0.description) } ?? .null }

    /// An event with how it is handled.
    public init(_ handled: HandledEvent) { self.init(handled.event, handling: handled.handling) }

    /// An event with how it is handled.
    public init(_ stored: StoredEvent, handling: Handling = .untouched) {
        let event = stored.content
        self = [
            "id": .number(stored.id), "server": .number(stored.server), "time": JSON(event.time),
            "eventId": .string(event.eventID), "type": .string("\(event.type)"), "status": .string("\(event.status)"),
            "severity": .string("\(event.severity)"), "hostId": .string(event.hostID), "host": .string(event.hostName),
            "triggerId": .string(event.triggerID), "brief": .string(event.brief),
            "extendedInfo": .string(event.extendedInfo),
            "handling": [
                "status": .string("\(handling.status)"), "assignee": .string(handling.assignee),
                "comments": JSON(handling.comments),
            ],
        ]
    }

    /// What somebody did about an event.
    public init(_ step: HandlingStep) {
        self = [
            "id": .number(step.id), "time": JSON(step.time), "actor": .string(step.actor),
            "status": JSON(step.change.status.map { "\($0)" }), "assignee": JSON(step.change.assignee),
            "comment": JSON(step.change.comment),
        ]
    }

    /// A host.
    public init(_ stored: StoredHost) {
        self = [
            "server": .number(stored.server), "id": .string(stored.host.id), "name": .string(stored.host.name),
            "state": .string("\(stored.state)"), "groups": JSON(stored.groups), "parent": JSON(stored.parent),
        ]
    }

    /// A trigger.
    public init(_ stored: StoredTrigger) {
        let trigger = stored.trigger
        self = [
            "server": .number(stored.server), "id": .string(trigger.id), "status": .string("\(trigger.status)"),
            "severity": .string("\(trigger.severity)"), "lastChange": JSON(trigger.lastChange),
            "hostId": .string(trigger.hostID), "host": .string(trigger.hostName), "brief": .string(trigger.brief),
            "extendedInfo": .string(trigger.extendedInfo), "own": .bool(stored.isOwn),
        ]
    }

    /// An item with its last value.
    public init(_ stored: StoredItem) {
        let item = stored.item
        self = [
            "server": .number(stored.server), "id": .string(item.id), "hostId": .string(item.hostID),
            "brief": .string(item.brief), "lastValueTime": JSON(item.lastValueTime),
            "lastValue": .string(item.lastValue), "groups": JSON(item.groups), "unit": .string(item.unit),
        ]
    }

    /// Without any password: the broker's URL shows three asterisks in its place.
    public init(_ server: MonitoringServer) {
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

    /// How an arm is.
    public init(_ arm: ArmStatus) {
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
    public init(_ user: User) {
        self = [
            "id": .number(user.id), "name": .string(user.name), "role": .string("\(user.role)"),
            "note": .string(user.note), "hostGroups": JSON(user.hostGroups), "created": JSON(user.created),
        ]
    }

    /// A key of a program, without the key itself.
    public init(_ key: APIKey) {
        self = [
            "id": .number(key.id), "prefix": .string(key.prefix), "user": .string(key.userName),
            "name": .string(key.name), "scope": .string("\(key.scope)"), "created": JSON(key.created),
            "expires": JSON(key.expires), "used": JSON(key.used),
        ]
    }

    /// An entry of the audit log.
    public init(_ entry: AuditEntry) {
        self = [
            "id": .number(entry.id), "time": JSON(entry.time), "actor": .string(entry.actor),
            "address": .string(entry.address), "action": .string(entry.action), "subject": .string(entry.subject),
            "before": .string(entry.before), "after": .string(entry.after),
        ]
    }
}
