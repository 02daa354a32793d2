internal import GRDB
internal import Glibc

/// Stores the events of one batch, each once.
struct EventWriter {
    private let server: MonitoringServer.ID
    private let db: Database
    private let insertion: EventInsertion
    private var receipt = Receipt()
    private var nextID: Int64
    private var counts = EventCounts()
    private var current: (name: EventSeries.Name, series: EventSeries)?
    private var repeated = RepeatedEvents()

    /// Stores what is new and says what became of all.
    static func write(
        _ events: EventPack,
        server: MonitoringServer.ID,
        interning: inout Interning,
        in db: Database
    ) throws -> Receipt {
        guard events.count > 0 else { return Receipt() }
        var writer = try EventWriter(server: server, interning: interning, db: db)
        defer { writer.insertion.finish() }
        try events.bytes.withUnsafeBufferPointer { bytes in
            for row in events.rows { try writer.write(row, EventTexts(row, in: bytes), &interning) }
            try writer.storeOthers(bytes, &interning)
        }
        try writer.close(&interning)
        return writer.receipt
    }

    private init(server: MonitoringServer.ID, interning: Interning, db: Database) throws {
        self.server = server
        self.db = db
        self.insertion = try EventInsertion(db)
        let counter = "SELECT value FROM counter WHERE name = 'event'"
        self.nextID = try 1 + (interning.lastEventID ?? Int64.fetchOne(db.cachedStatement(sql: counter)) ?? 0)
    }

    private mutating func write(_ row: EventPack.Row, _ texts: EventTexts, _ interning: inout Interning) throws {
        var number: (series: Int64, number: Int64)?
        switch EventID(texts.eventID) {
        case .numbered(let prefixLength, let value):
            let (series, isNew) = try self.admit(texts.eventID, prefixLength, value, &interning)
            guard isNew else { return self.repeated.add(row, series: series, number: value) }
            number = (series, value)
        case .named:
            guard try self.admit(name: String(decoding: texts.eventID, as: UTF8.self)) else { return }
        }
        try self.completing(row, texts, number, &interning)
    }

    /// Stores what has the id of another event under an id of its own, and counts the rest as copies.
    private mutating func storeOthers(_ bytes: UnsafeBufferPointer<UInt8>, _ interning: inout Interning) throws {
        let others = try self.repeated.others(in: bytes, self.db)
        var stored: [String] = []
        for row in others {
            var texts = EventTexts(row, in: bytes)
            let id = texts.otherID(row)
            guard try self.admit(name: String(decoding: id, as: UTF8.self)) else { continue }
            stored.append(String(decoding: texts.eventID, as: UTF8.self))
            try id.withUnsafeBufferPointer { id in
                texts.eventID = id
                try self.completing(row, texts, nil, &interning)
            }
        }
        self.receipt.duplicates += self.repeated.count - others.count
        if let first = stored.first { self.note(.reused(id: first, count: stored.count)) }
    }

    private mutating func insert(
        _ row: EventPack.Row,
        _ texts: EventTexts,
        _ number: (series: Int64, number: Int64)?,
        _ interning: inout Interning
    ) throws {
        var keys = EventInsertion.Keys(id: self.nextID, server: self.server, number: number)
        if !texts.hostID.isEmpty {
            keys.host = try interning.host(texts.hostID, name: texts.hostName, server: self.server, in: self.db)
        }
        if !texts.hostName.isEmpty { keys.hostName = try interning.name(texts.hostName, in: self.db) }
        if !texts.triggerID.isEmpty { keys.triggerName = try interning.name(texts.triggerID, in: self.db) }
        try self.insertion.insert(row, texts, keys, in: self.db)
        self.counts.add(server: self.server, time: row.time.nanoseconds, severity: row.severity.rawValue)
        self.nextID += 1
        self.receipt.stored += 1
    }

    /// The series of an event, and whether its number is new there.
    private mutating func admit(
        _ eventID: UnsafeBufferPointer<UInt8>,
        _ prefixLength: Int,
        _ number: Int64,
        _ interning: inout Interning
    ) throws -> (series: Int64, isNew: Bool) {
        let width = eventID.count - prefixLength - 1
        if self.current.map({ !$0.name.matches(eventID, prefixLength, width) }) ?? true {
            try self.closeSeries(&interning)
            let prefix = Array(eventID.prefix(prefixLength))
            let name = EventSeries.Name(server: self.server, prefix: prefix, width: width)
            let (series, isNew) = try interning.takeSeries(name, in: self.db)
            if isNew, let notice = try series.beginning(name, at: number, in: self.db) { self.note(notice) }
            self.current = (name, series)
        }
        guard let id = self.current?.series.id, let admission = try self.current?.series.admit(number, in: self.db)
        else {
            preconditionFailure("an event with a number has a series")
        }
        if case .newAfterGap(let missing) = admission, let name = self.current?.name {
            self.note(.gap(prefix: name.text, missing: missing))
        }
        return (id, admission != .duplicate)
    }

    /// Whether an id without a number is new.
    private mutating func admit(name: String) throws -> Bool {
        let insert = try self.db.cachedStatement(
            sql: "INSERT INTO event_name (server, name, event) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        )
        try insert.execute(arguments: [self.server, name, self.nextID])
        guard self.db.changesCount == 0 else { return true }
        self.receipt.duplicates += 1
        return false
    }

    /// Inserts an event; of one that names a trigger, what it leaves empty is filled from that, if it is known.
    private mutating func completing(
        _ row: EventPack.Row,
        _ texts: EventTexts,
        _ number: (series: Int64, number: Int64)?,
        _ interning: inout Interning
    ) throws {
        guard !texts.triggerID.isEmpty else { return try self.insert(row, texts, number, &interning) }
        let find = try self.db.cachedStatement(
            sql: "SELECT severity, host, host_name, brief, extended_info FROM watch WHERE server = ? AND key = ?"
        )
        var event = NewEvent(texts, row)
        guard let trigger = try Row.fetchOne(find, arguments: [self.server, event.triggerID]) else {
            return try self.insert(row, texts, number, &interning)
        }
        if event.severity == .unknown { event.severity = Severity(rawValue: trigger[0]) ?? .unknown }
        if event.hostID.isEmpty { event.hostID = trigger[1] }
        if event.hostName.isEmpty, event.hostID == trigger[1] { event.hostName = trigger[2] }
        if event.brief.isEmpty { event.brief = trigger[3] }
        if event.extendedInfo.isEmpty { event.extendedInfo = trigger[4] }
        let completed = EventPack([event])
        try completed.bytes.withUnsafeBufferPointer { bytes in
            for row in completed.rows { try self.insert(row, EventTexts(row, in: bytes), number, &interning) }
        }
    }

    /// Notices are for people: a few per batch say it all.
    private mutating func note(_ notice: SeriesNotice) {
        if self.receipt.notices.count < 16 { self.receipt.notices.append(notice) }
    }

    private mutating func closeSeries(_ interning: inout Interning) throws {
        guard var current = self.current else { return }
        try current.series.write(to: self.db)
        interning.putSeries(current.series, current.name)
        self.current = nil
    }

    private mutating func close(_ interning: inout Interning) throws {
        try self.closeSeries(&interning)
        try self.counts.write(in: self.db)
        let counter = try self.db.cachedStatement(sql: "UPDATE counter SET value = ? WHERE name = 'event'")
        try counter.execute(arguments: [self.nextID - 1])
        interning.lastEventID = self.nextID - 1
    }
}

extension EventSeries.Name {
    /// Whether an id belongs to the series, without making a string of its prefix.
    fileprivate func matches(_ eventID: UnsafeBufferPointer<UInt8>, _ prefixLength: Int, _ width: Int) -> Bool {
        guard self.width == width, self.prefix.count == prefixLength, let id = eventID.baseAddress else { return false }
        return memcmp(self.prefix, id, prefixLength) == 0
    }
}
