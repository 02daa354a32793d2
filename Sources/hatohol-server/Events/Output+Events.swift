internal import Operations
internal import Store

extension Output {
    /// One event, as JSON or as a line for people.
    mutating func write(_ event: StoredEvent, json: Bool) {
        if json { self.write(JSON(event).keeping(OldWords.event)) } else { self.writeLine(event) }
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
