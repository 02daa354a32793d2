internal import JSONRPC
internal import Store

extension Output {
    /// One event, as JSON or as a line for people.
    mutating func write(_ event: StoredEvent, json: Bool) {
        json ? self.writeJSON(event) : self.writeLine(event)
    }

    private mutating func writeJSON(_ event: StoredEvent) {
        let content = event.content
        self.object { writer in
            writer.member("id", event.id)
            writer.member("server", event.server)
            writer.member("eventId", content.eventID)
            writer.member("time", "\(content.time)")
            writer.member("type", content.type.word)
            writer.member("status", content.status.word)
            writer.member("severity", content.severity.word)
            writer.member("hostId", content.hostID)
            writer.member("hostName", content.hostName)
            writer.member("triggerId", content.triggerID)
            writer.member("brief", content.brief)
            writer.member("extendedInfo", content.extendedInfo)
        }
    }

    private mutating func writeLine(_ event: StoredEvent) {
        let content = event.content
        let time = content.time.description.dropLast(7) + "Z"
        let host = content.hostName.isEmpty ? content.hostID : content.hostName
        let severity = content.severity.word
        let padding = String(repeating: " ", count: max(0, 9 - severity.count))
        self.line("\(time)  \(severity)\(padding)  \(host.printable)  \(content.brief.printable)")
    }
}
