internal import Glibc

/// Events on their way into the store, packed: all their texts in one run of bytes, so that an event costs no allocation.
///
/// Texts are UTF-8, which whoever appends them has checked. U+0000, at which SQLite's text functions would end, is kept as U+FFFD.
public struct EventPack: Sendable {
    /// What is known of one event besides its texts, and how long those are, in the order in which they stand.
    struct Row: Sendable {
        var time: Timestamp
        var start: Int
        var lengths: Lengths
        var type: EventType
        var status: TriggerStatus
        var severity: Severity
    }

    /// The lengths of the texts of one event, in bytes.
    struct Lengths: Sendable {
        var eventID: Int32 = 0
        var triggerID: Int32 = 0
        var hostID: Int32 = 0
        var hostName: Int32 = 0
        var brief: Int32 = 0
        var extendedInfo: Int32 = 0
    }

    private(set) var bytes: [UInt8] = []
    private(set) var rows: [Row] = []

    /// A pack without events, with room for so many of them and so many bytes of their texts.
    public init(events: Int = 0, bytes: Int = 0) {
        self.rows.reserveCapacity(events)
        self.bytes.reserveCapacity(bytes)
    }

    /// Packs events.
    public init(_ events: some Sequence<NewEvent>) {
        for event in events { self.append(event) }
    }

    /// How many events there are.
    public var count: Int { self.rows.count }

    /// Adds an event.
    public mutating func append(_ event: NewEvent) {
        self.append(
            time: event.time,
            type: event.type,
            status: event.status,
            severity: event.severity,
            eventID: event.eventID.utf8.span,
            triggerID: event.triggerID.utf8.span,
            hostID: event.hostID.utf8.span,
            hostName: event.hostName.utf8.span,
            brief: event.brief.utf8.span,
            extendedInfo: event.extendedInfo.utf8.span
        )
    }

    /// Adds an event whose texts are lent; each is valid UTF-8 of less than 2 GiB, and empty when the event has none.
    public mutating func append(
        time: Timestamp,
        type: EventType,
        status: TriggerStatus,
        severity: Severity,
        eventID: Span<UInt8>,
        triggerID: Span<UInt8>,
        hostID: Span<UInt8>,
        hostName: Span<UInt8>,
        brief: Span<UInt8>,
        extendedInfo: Span<UInt8>
    ) {
        let start = self.bytes.count
        let lengths = Lengths(
            eventID: self.take(eventID),
            triggerID: self.take(triggerID),
            hostID: self.take(hostID),
            hostName: self.take(hostName),
            brief: self.take(brief),
            extendedInfo: self.take(extendedInfo)
        )
        let row = Row(time: time, start: start, lengths: lengths, type: type, status: status, severity: severity)
        self.rows.append(row)
        if self.hasNUL(from: start) { self.replaceNUL() }
    }

    private mutating func take(_ text: Span<UInt8>) -> Int32 {
        text.withUnsafeBufferPointer { self.bytes.append(contentsOf: $0) }
        return Int32(text.count)
    }

    private func hasNUL(from start: Int) -> Bool {
        self.bytes.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { memchr($0 + start, 0, bytes.count - start) != nil } ?? false
        }
    }

    /// Writes the texts of the last event anew.
    private mutating func replaceNUL() {
        guard let row = self.rows.popLast() else { return }
        let event = self.bytes.withUnsafeBufferPointer { NewEvent(EventTexts(row, in: $0), row).storable }
        self.bytes.removeSubrange(row.start...)
        self.append(event)
    }
}

/// The texts of one event of a pack, lent.
struct EventTexts {
    var eventID: UnsafeBufferPointer<UInt8>
    var triggerID: UnsafeBufferPointer<UInt8>
    var hostID: UnsafeBufferPointer<UInt8>
    var hostName: UnsafeBufferPointer<UInt8>
    var brief: UnsafeBufferPointer<UInt8>
    var extendedInfo: UnsafeBufferPointer<UInt8>

    /// Finds the texts of a row in the bytes of its pack; they live as long as the bytes are lent.
    init(_ row: EventPack.Row, in bytes: UnsafeBufferPointer<UInt8>) {
        var position = row.start
        func next(_ length: Int32) -> UnsafeBufferPointer<UInt8> {
            defer { position += Int(length) }
            return UnsafeBufferPointer(rebasing: bytes[position..<position + Int(length)])
        }
        self.eventID = next(row.lengths.eventID)
        self.triggerID = next(row.lengths.triggerID)
        self.hostID = next(row.lengths.hostID)
        self.hostName = next(row.lengths.hostName)
        self.brief = next(row.lengths.brief)
        self.extendedInfo = next(row.lengths.extendedInfo)
    }
}

extension NewEvent {
    /// An event of a pack as a value of its own.
    init(_ texts: EventTexts, _ row: EventPack.Row) {
        self.init(
            eventID: String(decoding: texts.eventID, as: UTF8.self),
            time: row.time,
            type: row.type,
            status: row.status,
            severity: row.severity,
            triggerID: String(decoding: texts.triggerID, as: UTF8.self),
            hostID: String(decoding: texts.hostID, as: UTF8.self),
            hostName: String(decoding: texts.hostName, as: UTF8.self),
            brief: String(decoding: texts.brief, as: UTF8.self),
            extendedInfo: String(decoding: texts.extendedInfo, as: UTF8.self)
        )
    }
}
