internal import HAPI

/// Events like those of a busy node: some 300 bytes of JSON each, one in ten with escapes and non-ASCII text.
enum Sample {
    static func events(_ count: Int) -> [Event] {
        (0..<count).map(self.event)
    }

    private static func event(_ number: Int) -> Event {
        let severities: [TriggerSeverity] = [.info, .warning, .error, .critical]
        let brief =
            number % 10 == 0
            ? "Disk \"/var\" usage above 90% \u{2014} threshold crossed\ton volume C:\\data \(number)"
            : "CPU load average over 5 minutes is above the threshold on node \(number)"
        return Event(
            eventId: "01JDGZ4Q7M5V8K2T-\(1_000_000_000 + number)",
            time: TimeStamp(seconds: 1_793_363_696 + Int64(number), nanoseconds: 123_456_789),
            type: number % 3 == 0 ? .good : .bad,
            triggerId: "trigger-\(10_000 + number % 500)",
            status: number % 2 == 0 ? .ok : .notGood,
            severity: severities[number % 4],
            hostId: "host-\(1_000 + number % 100)",
            hostName: "node-\(number % 100).rack-\(number % 7).example.internal",
            brief: brief
        )
    }

    static func wire(_ event: Event) -> WireEvent {
        WireEvent(
            eventId: event.eventId,
            time: event.time.description,
            type: event.type.rawValue,
            triggerId: event.triggerId,
            status: event.status?.rawValue,
            severity: event.severity?.rawValue,
            hostId: event.hostId,
            hostName: event.hostName,
            brief: event.brief
        )
    }
}
