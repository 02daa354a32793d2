internal import Escaping
public import Store

/// Events as lines of CSV (RFC 4180), in the words of the REST API; no field is a formula to a spreadsheet.
public enum EventCSV {
    /// The names of the fields.
    public static let header =
        "id,time,server,severity,status,type,host,brief,extendedInfo,triggerId,eventId,handling,assignee,hostId\r\n"

    /// The fields of an event.
    public static func line(_ handled: HandledEvent) -> String {
        let event = handled.event.content
        let fields = [
            String(handled.id), event.time.description, String(handled.event.server), "\(event.severity)",
            "\(event.status)", "\(event.type)", event.hostName, event.brief, event.extendedInfo, event.triggerID,
            event.eventID, "\(handled.handling.status)", handled.handling.assignee, event.hostID,
        ]
        return fields.map { $0.escaped(for: .csvField) }.joined(separator: ",") + "\r\n"
    }
}
