internal import HAPI
internal import Store

extension EventPack {
    /// Copies the texts that the decoder has found to be valid UTF-8, and makes strings of none.
    init(_ batch: EventBatch) {
        self.init(events: batch.count, bytes: batch.byteCount)
        for index in 0..<batch.count { self.append(batch[index]) }
    }

    private mutating func append(_ event: borrowing EventView) {
        guard !event.eventId.isEmpty else { return self.append(NewEvent(event)) }
        self.append(
            time: Timestamp(event.time),
            type: Store.EventType(event.type),
            status: event.status.map(Store.TriggerStatus.init) ?? .unknown,
            severity: event.severity.map(Severity.init) ?? .unknown,
            eventID: event.eventId,
            triggerID: event.triggerId,
            hostID: event.hostId,
            hostName: event.hostName,
            brief: event.brief,
            extendedInfo: event.extendedInfo
        )
    }
}
