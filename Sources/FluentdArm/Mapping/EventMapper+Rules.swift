internal import ArmPlugin
internal import HAPI
internal import JSONRPC
internal import Rules

extension EventMapper {
    /// Adds what the rules made of a record.
    mutating func map(
        _ ruled: RuledEvent,
        _ host: Span<UInt8>,
        _ time: TimeStamp,
        _ isTruncated: Bool,
        _ encoder: inout BatchEncoder
    ) {
        let ownTime = ruled.time.map { TimeStamp(seconds: $0.seconds, nanoseconds: Int64($0.nanoseconds)) }
        encoder.add(time: ownTime ?? time, type: ruled.type.flatMap(EventType.init(rawValue:)) ?? .unknown) { event in
            event.set(ruled.status.flatMap(TriggerStatus.init(rawValue:)) ?? .unknown)
            event.set(ruled.severity.flatMap(TriggerSeverity.init(rawValue:)) ?? .unknown)
            if let trigger = ruled.trigger { event.set(.triggerId, utf8: trigger.span) }
            if let named = ruled.host {
                event.set(.hostId, utf8: named.span)
                event.set(.hostName, utf8: named.span)
            } else {
                event.set(.hostId, utf8: host)
                event.set(.hostName, utf8: host)
            }
            self.setBrief(ruled.message.span, &event)
            self.setExtendedInfo(ruled, isTruncated, &event)
        }
    }

    private mutating func setExtendedInfo(_ ruled: RuledEvent, _ isTruncated: Bool, _ event: inout PutEventsWriter) {
        guard ruled.message.count > Self.briefLimit || isTruncated else {
            if !ruled.rest.isEmpty { event.set(.extendedInfo, utf8: ruled.rest.span) }
            return
        }
        self.scratch.removeAll(keepingCapacity: true)
        if ruled.rest.count > 2 {
            self.scratch.append(contentsOf: ruled.rest.dropLast())
            self.scratch.append(UInt8(ascii: ","))
        } else {
            self.scratch.append(UInt8(ascii: "{"))
        }
        self.appendWhole(ruled.message.span, isTruncated)
        self.scratch.append(UInt8(ascii: "}"))
        event.set(.extendedInfo, utf8: self.scratch.span)
    }
}
