internal import JSONRPC

/// Writes a syslog message as the JSON object that its record carries.
///
/// The keys `message`, `host`, `severity`, `status` and `type` are those that records from fluentd have, with HAPI's
/// values; `facility`, `level`, `app`, `pid`, `msgid`, `data` (the structured data) and `peer` (who sent it) follow when
/// there is something to say. Bytes that are not UTF-8 become U+FFFD.
struct SyslogJSON: Sendable {
    /// The members that depend on the PRI alone, written once for each of the 192.
    private static let members: [[UInt8]] = SyslogPriority.all.map { priority in
        let severity = priority.severity
        let text = """
            ,"severity":"\(severity.eventSeverity)","status":"\(severity.eventStatus)","type":"\(severity.eventType)",\
            "facility":"\(priority.facility.name)","level":"\(severity.name)"
            """
        return Array(text.utf8)
    }

    /// Who sent messages: the host of those that name none.
    struct Peer: Sendable {
        /// The name with its quotes.
        fileprivate let quoted: [UInt8]

        /// Takes the sender's address, or this machine's name for a local socket.
        init(_ name: String) {
            var quoted: [UInt8] = []
            quoted.appendJSON(name)
            self.quoted = quoted
        }
    }

    private let members = Self.members

    /// Appends one message.
    ///
    /// - Parameters:
    ///   - message: What the parser found.
    ///   - bytes: The bytes that it was found in.
    ///   - peer: Who sent it.
    ///   - json: Receives the object.
    func append(
        _ message: SyslogMessage,
        in bytes: Span<UInt8>,
        from peer: Peer,
        to json: inout [UInt8]
    ) {
        json.append(#"{"message":"#)
        json.appendJSON(utf8: bytes.extracting(message.text))
        json.append(#","host":"#)
        if let host = message.host {
            json.appendJSON(utf8: bytes.extracting(host))
        } else {
            json.append(contentsOf: peer.quoted)
        }
        json.append(contentsOf: self.members[Int(message.priority.code)])
        Self.append(#","app":"#, message.application, in: bytes, to: &json)
        Self.append(#","pid":"#, message.process, in: bytes, to: &json)
        Self.append(#","msgid":"#, message.kind, in: bytes, to: &json)
        if let data = message.structuredData {
            json.append(#","data":"#)
            SyslogStructuredData.appendJSON(bytes.extracting(data), to: &json)
        }
        json.append(#","peer":"#)
        json.append(contentsOf: peer.quoted)
        json.append(UInt8(ascii: "}"))
    }

    private static func append(
        _ key: StaticString,
        _ field: Range<Int>?,
        in bytes: Span<UInt8>,
        to json: inout [UInt8]
    ) {
        guard let field else { return }
        json.append(key)
        json.appendJSON(utf8: bytes.extracting(field))
    }
}
