/// Where the fields of one event stand, in the message or in the text beside it; trivially copied.
struct EventFields: Sendable {
    /// The bounds of one text.
    struct Slot: Sendable {
        /// Negative for a field that is absent.
        var start: Int32 = -1
        var end: Int32 = 0
        /// Whether the text had to be resolved and stands beside the message.
        var isResolved = false
        var isASCII = true

        var isPresent: Bool { self.start >= 0 }
    }

    var eventId = Slot()
    var triggerId = Slot()
    var hostId = Slot()
    var hostName = Slot()
    var brief = Slot()
    var extendedInfo = Slot()
    var time: TimeStamp?
    var type: EventType?
    var status: TriggerStatus?
    var severity: TriggerSeverity?
}
