/// Takes syslog messages apart.
///
/// RFC 5424 and RFC 3164 are told apart per message, by the version that follows the PRI. Reading is strict where a
/// field's end depends on it and lenient elsewhere; a message that cannot be read keeps all its text.
public struct SyslogParser: Sendable {
    /// The moment of receipt; set it before each batch.
    public var clock: SyslogClock
    /// This machine's name, for messages that come through a Unix socket; `nil` for those of the network.
    ///
    /// What programs write to `/dev/log` by syslog(3) names no host: what looks like one is the beginning of the tag or
    /// of the text.
    let localHost: [UInt8]?

    /// Starts with the moment of receipt.
    ///
    /// - Parameters:
    ///   - clock: The moment of receipt.
    ///   - localHost: This machine's name if the messages come through a Unix socket.
    public init(clock: SyslogClock, localHost: String? = nil) {
        self.clock = clock
        self.localHost = localHost.map { Array($0.utf8) }
    }

    /// Parses one message, without the framing around it; never fails.
    public func parse(_ bytes: Span<UInt8>) -> SyslogMessage {
        var cursor = SyslogCursor(bytes)
        // Some senders put their byte order mark before the PRI.
        Self.skipByteOrderMark(&cursor)
        let start = cursor.position
        guard let priority = Self.priority(&cursor) else {
            return SyslogMessage(format: .unstructured, priority: .userNotice, text: start..<bytes.count)
        }
        let afterPriority = cursor.position
        let parsed = Self.hasVersion(cursor) ? Self.rfc5424(&cursor, priority) : self.rfc3164(&cursor, priority)
        return parsed
            ?? SyslogMessage(format: .unstructured, priority: priority, text: afterPriority..<bytes.count)
    }

    /// `<` one to three digits `>`, no leading zero, at most 191.
    private static func priority(_ cursor: inout SyslogCursor) -> SyslogPriority? {
        guard cursor.skip(UInt8(ascii: "<")) else { return nil }
        let digits = cursor.take(atMost: 3, while: \.isDigit)
        guard !digits.isEmpty, digits.count == 1 || cursor.bytes[digits.lowerBound] != UInt8(ascii: "0"),
            cursor.skip(UInt8(ascii: ">"))
        else { return nil }
        var value = 0
        for index in digits { value = value * 10 + Int(cursor.bytes[index] - UInt8(ascii: "0")) }
        return SyslogPriority(value)
    }

    /// Whether a version number and a space come next, which no RFC 3164 message has.
    private static func hasVersion(_ cursor: borrowing SyslogCursor) -> Bool {
        var ahead = SyslogCursor(cursor.bytes, at: cursor.position)
        let digits = ahead.take(atMost: 3, while: \.isDigit)
        return !digits.isEmpty && ahead.bytes[digits.lowerBound] != UInt8(ascii: "0") && ahead.next == UInt8(ascii: " ")
    }
}
