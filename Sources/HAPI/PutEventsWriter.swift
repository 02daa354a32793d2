internal import JSONRPC

/// Writes the params of putEvents event by event into bytes that are the caller's to keep and reuse.
///
/// Nothing is allocated for an event whose fields fit their limits, beyond the growth of the bytes. Fields are taken
/// as strings or as raw bytes; bytes that are not UTF-8 become U+FFFD, text is brought to NFC, and what is longer than its
/// limit is cut and marked (``TextLimit/clip(_:)``).
///
///     var writer = PutEventsWriter()
///     writer.beginEvent(id: "0001-42", time: time, type: .bad)
///     writer.set(.hostId, "web1")
///     writer.set(.brief, utf8: line)
///     writer.endEvent()
///     let params = writer.finish(PutEvents.Envelope(lastInfo: "42"))
public struct PutEventsWriter: Sendable {
    /// The optional texts of an event, and its brief.
    public enum Field: Sendable {
        case triggerId
        case hostId
        case hostName
        case brief
        case extendedInfo
    }

    /// Members that many events have in common, written once: all but the id, the trigger and the texts.
    public struct Head: Sendable {
        /// From the quote that ends the id up to the last member, whose own quote is left to what follows.
        fileprivate let bytes: [UInt8]

        /// Writes time, type, status, severity and the host, whose name is its id as well.
        public init(
            time: TimeStamp,
            type: EventType,
            status: TriggerStatus,
            severity: TriggerSeverity,
            utf8Host host: Span<UInt8>
        ) {
            var writer = PutEventsWriter()
            writer.bytes.removeAll()
            writer.setBasics(time, type)
            writer.set(status)
            writer.set(severity)
            writer.set(.hostId, utf8: host)
            writer.set(.hostName, utf8: host)
            self.bytes = writer.bytes
        }
    }

    private var bytes: [UInt8]
    private var hasBrief = false
    /// How many events have been written.
    public private(set) var count = 0

    /// Starts with no event, in the space of bytes that are no longer needed.
    public init(reusing bytes: consuming [UInt8] = []) {
        // Before they are stored: while there are two names for them, emptying them would make others.
        bytes.removeAll(keepingCapacity: true)
        bytes.append("{\"events\":[")
        self.bytes = bytes
    }

    /// The length of what has been written, in bytes.
    public var byteCount: Int { self.bytes.count }

    /// Whether no event has been written.
    public var isEmpty: Bool { self.count == 0 }

    /// Whether ``PutEvents/mostEvents`` have been written and no more may follow.
    public var isFull: Bool { self.count >= PutEvents.mostEvents }

    /// Begins an event; the writer must not be full.
    public mutating func beginEvent(id: String, time: TimeStamp, type: EventType) {
        self.beginEvent(utf8ID: id.utf8.span, time: time, type: type)
    }

    /// Begins an event whose id is given as bytes; the writer must not be full.
    public mutating func beginEvent(utf8ID id: Span<UInt8>, time: TimeStamp, type: EventType) {
        self.beginEvent(id)
        self.setBasics(time, type)
    }

    /// Begins an event with what it has in common with others; the writer must not be full.
    public mutating func beginEvent(utf8ID id: Span<UInt8>, _ head: borrowing Head) {
        self.beginEvent(id)
        self.bytes.append(contentsOf: head.bytes)
    }

    private mutating func beginEvent(_ id: Span<UInt8>) {
        precondition(!self.isFull, "more than \(PutEvents.mostEvents) events in one request")
        self.bytes.append(self.count == 0 ? "{\"eventId\":\"" : ",{\"eventId\":\"")
        TextLimit.string255.append(utf8: id, to: &self.bytes)
        self.hasBrief = false
    }

    private mutating func setBasics(_ time: TimeStamp, _ type: EventType) {
        self.bytes.append("\",\"time\":\"")
        time.append(to: &self.bytes)
        self.bytes.append("\",\"type\":\"")
        self.bytes.append(type.word)
    }

    /// Sets the state of the trigger.
    public mutating func set(_ status: TriggerStatus) {
        self.bytes.append("\",\"status\":\"")
        self.bytes.append(status.word)
    }

    /// Sets how grave the event is.
    public mutating func set(_ severity: TriggerSeverity) {
        self.bytes.append("\",\"severity\":\"")
        self.bytes.append(severity.word)
    }

    /// Sets a text; each at most once in an event.
    public mutating func set(_ field: Field, _ text: String) {
        self.set(field, utf8: text.utf8.span)
    }

    /// Sets a text given as bytes; each at most once in an event.
    public mutating func set(_ field: Field, utf8 text: Span<UInt8>) {
        // Every member leaves its last quote to what follows it.
        switch field {
        case .triggerId: self.bytes.append("\",\"triggerId\":\"")
        case .hostId: self.bytes.append("\",\"hostId\":\"")
        case .hostName: self.bytes.append("\",\"hostName\":\"")
        case .brief:
            self.bytes.append("\",\"brief\":\"")
            self.hasBrief = true
        case .extendedInfo: self.bytes.append("\",\"extendedInfo\":\"")
        }
        let limit: TextLimit = field == .extendedInfo ? .string32767 : .string255
        limit.append(utf8: text, to: &self.bytes)
    }

    /// Ends the event; one without a brief gets an empty one, since the field is mandatory.
    public mutating func endEvent() {
        if !self.hasBrief { self.bytes.append("\",\"brief\":\"") }
        self.bytes.append("\"}")
        self.count += 1
    }

    /// Writes a whole event.
    public mutating func append(_ event: Event) {
        self.beginEvent(id: event.eventId, time: event.time, type: event.type)
        if let triggerId = event.triggerId { self.set(.triggerId, triggerId) }
        if let status = event.status { self.set(status) }
        if let severity = event.severity { self.set(severity) }
        if let hostId = event.hostId { self.set(.hostId, hostId) }
        if let hostName = event.hostName { self.set(.hostName, hostName) }
        self.set(.brief, event.brief)
        if let extendedInfo = event.extendedInfo { self.set(.extendedInfo, extendedInfo) }
        self.endEvent()
    }

    /// Completes the params and hands them out in an array of just their size.
    ///
    /// The writer is then empty again and keeps its space, up to ``mostSpaceKept``, for the next params.
    public mutating func finish(_ envelope: PutEvents.Envelope = PutEvents.Envelope()) -> [UInt8] {
        self.bytes.append("]")
        // Lent out and taken back, so that the array has one owner at any time and is never copied.
        var bytes: [UInt8] = []
        swap(&bytes, &self.bytes)
        var writer = JSONWriter(continuing: bytes)
        bytes = []
        writer.member("lastInfo", envelope.lastInfo, .string32767)
        writer.member("fetchId", envelope.fetchId)
        if let flag = envelope.mayMoreFlag { writer.member("mayMoreFlag", flag) }
        writer.member("divideInfo", envelope.divideInfo)
        writer.endObject()
        let params = [UInt8](copying: writer.bytes.span)
        self = Self(reusing: writer.bytes.capacity <= Self.mostSpaceKept ? writer.take() : [])
        return params
    }

    /// The space that a writer keeps between params, in bytes.
    public static let mostSpaceKept = 4 << 20
}
