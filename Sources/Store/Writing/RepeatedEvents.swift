internal import GRDB

/// The events of a batch whose numbers are stored already: copies of what is stored, or other events with the same ids.
///
/// The clone of a running machine goes on with the numbers of its original, and an agent of an earlier version whose spool was
/// put back from a backup gives out numbers again: event 51 of one is "disk full", event 51 of the other "user logged in".
/// Dropping the second as a copy of the first would lose it. So a repeated event is compared with the stored one.
///
/// Events have no index by number, which would cost each event more than all else. But a copy has the time of what it is a
/// copy of, and there is an index of times.
struct RepeatedEvents {
    private struct Key: Hashable {
        let series: Int64
        let number: Int64
    }

    private var rows: [(key: Key, row: EventPack.Row)] = []

    var count: Int { self.rows.count }

    /// Notes an event whose number is known.
    mutating func add(_ row: EventPack.Row, series: Int64, number: Int64) {
        self.rows.append((Key(series: series, number: number), row))
    }

    /// The events that are no copies; `bytes` are those of their pack.
    func others(in bytes: UnsafeBufferPointer<UInt8>, _ db: Database) throws -> [EventPack.Row] {
        guard !self.rows.isEmpty else { return [] }
        let deletedUntil = try Self.deletedUntil(db)
        var others: [EventPack.Row] = []
        for (time, group) in Dictionary(grouping: self.rows, by: \.row.time.nanoseconds) {
            let copies = try self.copies(
                at: time,
                of: group.map { ($0.key, EventTexts($0.row, in: bytes), $0.row) },
                db
            )
            for (index, repeated) in group.enumerated() where !copies.contains(index) {
                // What retention has deleted cannot be compared any more, and is not to come back.
                if time >= deletedUntil { others.append(repeated.row) }
            }
        }
        return others.sorted { $0.start < $1.start }
    }

    /// Retention has deleted events before about this time; the lowest time if it has deleted none.
    private static func deletedUntil(_ db: Database) throws -> Int64 {
        let oldest = try Row.fetchOne(db.cachedStatement(sql: "SELECT id, time FROM event ORDER BY id LIMIT 1"))
        guard let oldest else { return .max }
        return oldest[0] == 1 ? .min : oldest[1]
    }

    /// Which of the events of one time are copies.
    ///
    /// A copy mostly follows soon, so the newest rows are read first.
    private func copies(
        at time: Int64,
        of events: [(key: Key, texts: EventTexts, row: EventPack.Row)],
        _ db: Database
    ) throws -> Set<Int> {
        var sought = Dictionary(grouping: events.indices) { events[$0].key }
        var copies: Set<Int> = []
        let sql = """
            SELECT series, number, type, status, severity, brief, extended_info FROM event
            WHERE time = ? AND series IS NOT NULL ORDER BY id DESC
            """
        let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: [time])
        while !sought.isEmpty, let row = try rows.next() {
            guard let indices = sought.removeValue(forKey: Key(series: row[0], number: row[1])) else { continue }
            for index in indices where Self.isCopy(events[index].row, events[index].texts, of: row) {
                copies.insert(index)
            }
        }
        return copies
    }

    /// Whether a stored row has the content of an event.
    ///
    /// What the event left empty was filled from the trigger it names.
    private static func isCopy(_ event: EventPack.Row, _ texts: EventTexts, of row: Row) -> Bool {
        let isCompleted = !texts.triggerID.isEmpty
        guard event.type.rawValue == row[2], event.status.rawValue == row[3] else { return false }
        guard event.severity.rawValue == row[4] || isCompleted && event.severity == .unknown else { return false }
        return Self.isEqual(texts.brief, to: row[5], orEmpty: isCompleted)
            && Self.isEqual(texts.extendedInfo, to: row[6] ?? "", orEmpty: isCompleted)
    }

    private static func isEqual(_ text: UnsafeBufferPointer<UInt8>, to stored: String, orEmpty: Bool) -> Bool {
        text.isEmpty && orEmpty || text.elementsEqual(stored.utf8)
    }
}

extension EventTexts {
    /// An id for an event whose own is another event's: it stays the same however often the event is sent.
    func otherID(_ row: EventPack.Row) -> [UInt8] {
        var hash = ContentHash()
        hash.add(row.time.nanoseconds)
        for text in [self.hostID, self.hostName, self.triggerID, self.brief, self.extendedInfo] { hash.add(text) }
        return Array(self.eventID) + Array("/\(hash.text)".utf8)
    }
}
