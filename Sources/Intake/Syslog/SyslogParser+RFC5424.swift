extension SyslogParser {
    /// Reads what follows the PRI by RFC 5424 section 6; `nil` when it does not fit.
    static func rfc5424(_ cursor: inout SyslogCursor, _ priority: SyslogPriority) -> SyslogMessage? {
        guard cursor.skip(UInt8(ascii: "1")), cursor.skip(UInt8(ascii: " ")) else { return nil }
        var message = SyslogMessage(format: .rfc5424, priority: priority, text: 0..<0)
        if !self.skipNil(&cursor) {
            guard let time = SyslogTimestamp.rfc3339(&cursor) else { return nil }
            message.time = time
        }
        guard cursor.skip(UInt8(ascii: " ")),
            let host = self.field(&cursor, limit: 255),
            let application = self.field(&cursor, limit: 48),
            let process = self.field(&cursor, limit: 128),
            let kind = self.field(&cursor, limit: 32)
        else { return nil }
        message.host = self.present(host, cursor)
        message.application = self.present(application, cursor)
        message.process = self.present(process, cursor)
        message.kind = self.present(kind, cursor)
        if !self.skipNil(&cursor) {
            guard let data = SyslogStructuredData.skip(&cursor) else { return nil }
            message.structuredData = data
        }
        guard cursor.isAtEnd || cursor.skip(UInt8(ascii: " ")) else { return nil }
        self.skipByteOrderMark(&cursor)
        message.text = cursor.position..<cursor.bytes.count
        return message
    }

    /// A header field and the space after it.
    private static func field(_ cursor: inout SyslogCursor, limit: Int) -> Range<Int>? {
        let field = cursor.take(atMost: limit, while: \.isVisible)
        return !field.isEmpty && cursor.skip(UInt8(ascii: " ")) ? field : nil
    }

    /// `nil` for the NILVALUE.
    private static func present(_ field: Range<Int>, _ cursor: borrowing SyslogCursor) -> Range<Int>? {
        field.count == 1 && cursor.bytes[field.lowerBound] == UInt8(ascii: "-") ? nil : field
    }

    /// Moves past the NILVALUE if it is here.
    private static func skipNil(_ cursor: inout SyslogCursor) -> Bool {
        cursor.skip(UInt8(ascii: "-"))
    }

    /// Moves past EF BB BF if it is here.
    static func skipByteOrderMark(_ cursor: inout SyslogCursor) {
        let start = cursor.position
        guard start + 3 <= cursor.bytes.count, cursor.bytes[start] == 0xEF, cursor.bytes[start + 1] == 0xBB,
            cursor.bytes[start + 2] == 0xBF
        else { return }
        cursor.position += 3
    }
}
