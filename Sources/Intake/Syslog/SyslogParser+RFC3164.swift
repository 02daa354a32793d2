extension SyslogParser {
    /// The longest TAG that is taken for one; RFC 3164 says 32, but unit names of today are longer.
    static let longestTag = 64

    /// Reads what follows the PRI by RFC 3164 section 4.1; `nil` when no time comes first.
    func rfc3164(_ cursor: inout SyslogCursor, _ priority: SyslogPriority) -> SyslogMessage? {
        let start = cursor.position
        var time = SyslogTimestamp.rfc3164(&cursor, self.clock)
        if time == nil {
            cursor.position = start
            time = SyslogTimestamp.rfc3339(&cursor)
        }
        guard let time, cursor.isAtEnd || cursor.skip(UInt8(ascii: " ")) else { return nil }
        var message = SyslogMessage(format: .rfc3164, priority: priority, text: 0..<0)
        message.time = time
        // What is written to /dev/log has no host: a tag follows the time at once.
        if !Self.takeTag(&cursor, &message) {
            let beforeHost = cursor.position
            let host = cursor.take(atMost: 255, while: \.isVisible)
            if !host.isEmpty, cursor.skip(UInt8(ascii: " ")) {
                message.host = host
                _ = Self.takeTag(&cursor, &message)
            } else {
                cursor.position = beforeHost
            }
        }
        Self.skipByteOrderMark(&cursor)
        message.text = cursor.position..<cursor.bytes.count
        return message
    }

    /// Moves past `tag:` or `tag[process]:` and the space after it; stays where it is when there is none.
    private static func takeTag(_ cursor: inout SyslogCursor, _ message: inout SyslogMessage) -> Bool {
        let start = cursor.position
        let tag = cursor.take(atMost: self.longestTag) { byte in
            byte.isVisible && byte != UInt8(ascii: ":") && byte != UInt8(ascii: "[")
        }
        var process: Range<Int>?
        if !tag.isEmpty, cursor.skip(UInt8(ascii: "[")) {
            process = cursor.take(atMost: 128) { $0.isVisible && $0 != UInt8(ascii: "]") }
            guard cursor.skip(UInt8(ascii: "]")) else {
                cursor.position = start
                return false
            }
        }
        let isClosed = cursor.skip(UInt8(ascii: ":"))
        guard !tag.isEmpty, isClosed || process != nil, cursor.isAtEnd || cursor.skip(UInt8(ascii: " ")) else {
            cursor.position = start
            return false
        }
        message.application = tag
        message.process = process?.isEmpty == true ? nil : process
        return true
    }
}
