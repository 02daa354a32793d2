internal import Escaping
internal import GRDB

/// Which events are wanted.
public struct EventQuery: Sendable, Equatable {
    /// From which end.
    public enum Order: Sendable {
        case newestFirst
        case oldestFirst
    }

    /// At most so many.
    public var limit: Int
    public var order: Order = .newestFirst
    public var server: MonitoringServer.ID?
    /// The arm's id of a host, or a host's name.
    public var host: String?
    public var minimumSeverity: Severity?
    /// At this moment or later.
    public var since: Timestamp?
    /// Before this moment.
    public var until: Timestamp?
    /// A piece of the brief or the extended information; ASCII letters in either case.
    public var text: String?
    /// Conditions joined in any way, besides the others.
    public var filter: EventFilter = .everything
    /// Only what comes behind this place, in the query's order: the cursor of the last event of the page before.
    public var after: EventCursor?
    /// Only what arrived after the event with this number.
    public var arrivedAfter: Int64?

    /// Asks for the newest events, all of them unless narrowed down.
    public init(limit: Int = 100) { self.limit = limit }
}

extension EventQuery {
    /// The statement for the rows, in ``StoredEvent``'s order of columns.
    func rows() -> (sql: String, arguments: StatementArguments) {
        let (condition, arguments) = self.condition()
        let direction = self.order == .newestFirst ? "DESC" : "ASC"
        let order = self.arrivedAfter == nil ? "e.time \(direction), e.id \(direction)" : "e.id ASC"
        let sql = """
            SELECT e.id, e.server, e.time, s.prefix, e.number, s.width, e.name, e.type, e.status, e.severity,
                h.key, coalesce(n.text, h.name), t.text, e.brief, e.extended_info
            FROM event e \(EventSearch.joins) \(condition) ORDER BY \(order) LIMIT ?
            """
        return (sql, arguments + [self.limit])
    }

    /// The statement that counts; limit and order do not matter to it.
    func count() -> (sql: String, arguments: StatementArguments) {
        let (condition, arguments) = self.condition()
        return ("SELECT count(*) FROM event e \(EventSearch.joins) \(condition)", arguments)
    }

    private func condition() -> (sql: String, arguments: StatementArguments) {
        var terms: [String] = []
        var arguments = StatementArguments()
        func require(_ term: String, _ values: StatementArguments) {
            terms.append(term)
            arguments += values
        }
        if let server = self.server { require("e.server = ?", [server]) }
        if let host = self.host {
            require(
                """
                (e.host IN (SELECT id FROM host WHERE key = ? OR name = ?)
                    OR e.host_name = (SELECT id FROM name WHERE text = ?))
                """,
                [host, host, host]
            )
        }
        if let severity = self.minimumSeverity { require("e.severity >= ?", [severity.rawValue]) }
        if let since = self.since { require("e.time >= ?", [since.nanoseconds]) }
        if let until = self.until { require("e.time < ?", [until.nanoseconds]) }
        if let text = self.text {
            let pattern = "%\(text.escaped(for: .likePattern))%"
            require(#"(e.brief LIKE ? ESCAPE '\' OR e.extended_info LIKE ? ESCAPE '\')"#, [pattern, pattern])
        }
        if let after = self.after {
            let comparison = self.order == .newestFirst ? "<" : ">"
            require("(e.time, e.id) \(comparison) (?, ?)", [after.time.nanoseconds, after.id])
        }
        if self.filter != .everything {
            let (term, values) = self.filter.sql
            require(term, values)
        }
        if let arrivedAfter = self.arrivedAfter { require("e.id > ?", [arrivedAfter]) }
        return (terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND "), arguments)
    }
}

extension StoredEvent {
    /// Reads the columns of ``EventQuery/rows()``.
    init(_ row: Row, _ arrivals: ArrivalReader) throws {
        let prefix: String? = row[3]
        let eventID =
            if let prefix, let number: Int64 = row[4], let width: Int = row[5] {
                EventID.text(prefix: prefix, number: number, width: width)
            } else {
                row[6] as String? ?? ""
            }
        self.init(
            id: row[0],
            server: row[1],
            arrival: try arrivals.arrival(of: row[0]),
            content: NewEvent(
                eventID: eventID,
                time: Timestamp(nanoseconds: row[2]),
                type: EventType(rawValue: row[7]) ?? .unknown,
                status: TriggerStatus(rawValue: row[8]) ?? .unknown,
                severity: Severity(rawValue: row[9]) ?? .unknown,
                triggerID: row[12] ?? "",
                hostID: row[10] ?? "",
                hostName: row[11] ?? "",
                brief: row[13],
                extendedInfo: row[14] ?? ""
            )
        )
    }
}
