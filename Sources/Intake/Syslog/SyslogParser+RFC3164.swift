extension SyslogParser {
    /// Reads what follows the PRI by RFC 3164 section 4.1; `nil` when no time comes first.
    func rfc3164(_ cursor: inout SyslogCursor, _ priority: SyslogPriority) -> SyslogMessage? {
        let start = cursor.position
        var time = SyslogTimestamp.rfc3164(&cursor, self.clock, mayHaveYear: self.localHost == nil)
        if time == nil {
            cursor.position = start
            time = SyslogTimestamp.rfc3339(&cursor)
        }
        guard let time, cursor.isAtEnd || cursor.skip(UInt8(ascii: " ")) else { return nil }
        var message = SyslogMessage(format: .rfc3164, priority: priority, text: 0..<0)
        message.time = time
        if let localHost {
            self.takeLocalHead(&cursor, localHost, &message)
        } else {
            Self.takeNetworkHead(&cursor, &message)
        }
        Self.skipByteOrderMark(&cursor)
        message.text = cursor.position..<cursor.bytes.count
        return message
    }

    // MARK: From this machine

    /// Moves past the tag of a message that a program of this machine has written.
    ///
    /// A few programs name the machine all the same. The identity that a program gives to openlog(3) may hold blanks: it is
    /// a tag when a process id follows.
    private func takeLocalHead(_ cursor: inout SyslogCursor, _ localHost: [UInt8], _ message: inout SyslogMessage) {
        let start = cursor.position
        let word = cursor.take(atMost: 255, while: \.isVisible)
        let isThisMachine = cursor.bytes.extracting(word).isName(of: localHost) && cursor.skip(UInt8(ascii: " "))
        if !isThisMachine { cursor.position = start }
        if !Self.takeTag(&cursor, &message) { _ = Self.takeTag(&cursor, &message, mayHaveBlanks: true) }
    }

    // MARK: From the network

    /// What AIX puts in front of the host when it forwards a message.
    private static let forwardings: [StaticString] = ["Message forwarded from ", "From "]

    /// Moves past host and tag, or what of them there is.
    private static func takeNetworkHead(_ cursor: inout SyslogCursor, _ message: inout SyslogMessage) {
        guard !self.isRepetition(cursor) else { return }
        if self.takeForwardedHost(&cursor, &message) {
            _ = self.takeTag(&cursor, &message)
        } else if !self.takeHost(&cursor, &message) || !self.isRepetition(cursor) {
            _ = self.takeTag(&cursor, &message)
        }
    }

    /// Whether the text stands for messages that a sender has not repeated (syslogd of BSD, and rsyslog).
    private static func isRepetition(_ cursor: borrowing SyslogCursor) -> Bool {
        switch cursor.next {
        case UInt8(ascii: "l"): cursor.bytes.has("last message repeated ", at: cursor.position)
        case UInt8(ascii: "m"): cursor.bytes.has("message repeated ", at: cursor.position)
        default: false
        }
    }

    /// Moves past `From HOST: ` as AIX writes it; stays where it is when it is not there.
    private static func takeForwardedHost(_ cursor: inout SyslogCursor, _ message: inout SyslogMessage) -> Bool {
        let start = cursor.position
        guard cursor.next == UInt8(ascii: "F") || cursor.next == UInt8(ascii: "M") else { return false }
        guard let words = self.forwardings.first(where: { cursor.bytes.has($0, at: start) }) else { return false }
        cursor.position += words.utf8CodeUnitCount
        let host = cursor.position..<cursor.bytes.hostEnd(from: cursor.position)
        cursor.position = host.upperBound
        guard !host.isEmpty, cursor.skip(UInt8(ascii: ":")), cursor.skip(UInt8(ascii: " ")) else {
            cursor.position = start
            return false
        }
        message.host = host
        return true
    }

    /// Moves past a host and the space after it; stays where it is when what is there can be none.
    private static func takeHost(_ cursor: inout SyslogCursor, _ message: inout SyslogMessage) -> Bool {
        let start = cursor.position
        let end = cursor.bytes.hostEnd(from: start)
        guard end > start, end < cursor.bytes.count, cursor.bytes[end] == UInt8(ascii: " ") else { return false }
        message.host = start..<end
        cursor.position = end + 1
        return true
    }

    // MARK: Tags

    /// The longest TAG that is taken for one; RFC 3164 says 32, but unit names of today are longer.
    static let longestTag = 128

    /// Moves past `tag:` or `tag[process]:` and the space after it; stays where it is when there is none.
    ///
    /// A colon ends the tag only before a space, so `App::Worker[7]:` is one. A tag with blanks needs a process.
    private static func takeTag(
        _ cursor: inout SyslogCursor,
        _ message: inout SyslogMessage,
        mayHaveBlanks: Bool = false
    ) -> Bool {
        let start = cursor.position
        let end = min(cursor.bytes.count, start + self.longestTag)
        while cursor.position < end {
            let byte = cursor.bytes[cursor.position]
            if byte == UInt8(ascii: ":") {
                if cursor.bytes.endsWord(at: cursor.position + 1) { break }
            } else if !byte.isOfTag, !mayHaveBlanks || byte != UInt8(ascii: " ") {
                break
            }
            cursor.position += 1
        }
        let tag = start..<cursor.position
        var process: Range<Int>?
        if !tag.isEmpty, cursor.skip(UInt8(ascii: "[")) {
            process = cursor.take(atMost: 128) { $0.isVisible && $0 != UInt8(ascii: "]") }
            guard cursor.skip(UInt8(ascii: "]")) else {
                cursor.position = start
                return false
            }
        }
        let isClosed = cursor.skip(UInt8(ascii: ":"))
        let isTag = process != nil || (isClosed && !mayHaveBlanks)
        guard !tag.isEmpty, isTag, cursor.isAtEnd || cursor.skip(UInt8(ascii: " ")) else {
            cursor.position = start
            return false
        }
        message.application = tag
        message.process = process?.isEmpty == true ? nil : process
        return true
    }
}

extension UInt8 {
    /// Whether a TAG may hold it: what JSON puts around its texts and objects is none.
    fileprivate var isOfTag: Bool {
        self.isVisible && self != UInt8(ascii: "[") && self != UInt8(ascii: "\"") && self != UInt8(ascii: "{")
            && self != UInt8(ascii: "}")
    }

    fileprivate var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
}

extension Span<UInt8> {
    /// Whether these words of our own stand here.
    fileprivate func has(_ words: StaticString, at start: Int) -> Bool {
        guard self.count - start >= words.utf8CodeUnitCount else { return false }
        return words.withUTF8Buffer { words in words.indices.allSatisfy { self[start + $0] == words[$0] } }
    }

    /// Whether a space is here, or the end.
    fileprivate func endsWord(at index: Int) -> Bool { index >= self.count || self[index] == UInt8(ascii: " ") }

    /// Where the host ends that begins here: a name with at least one letter or digit, or an address; here if there is none.
    ///
    /// A colon is in an address of IPv6 only, which has hexadecimal digits, and perhaps a zone behind `%`; it is never the last,
    /// since a colon before a space ends a tag.
    fileprivate func hostEnd(from start: Int) -> Int {
        var (isNamed, hasColon, isHexadecimal, isZone) = (false, false, true, false)
        let limit = Swift.min(self.count, start + 255)
        var end = start
        while end < limit {
            let byte = self[end]
            if byte.isDigit {
                isNamed = true
            } else if byte.isLetter {
                isNamed = true
                if byte | 0x20 > UInt8(ascii: "f"), !isZone { isHexadecimal = false }
            } else if byte == UInt8(ascii: ":"), !self.endsWord(at: end + 1) {
                hasColon = true
            } else if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") {
                if !isZone { isHexadecimal = false }
            } else if byte == UInt8(ascii: "%"), hasColon {
                isZone = true
            } else if byte != UInt8(ascii: ".") {
                break
            }
            end += 1
        }
        return isNamed && (!hasColon || isHexadecimal) ? end : start
    }

    /// Whether these bytes are a machine's name, or its first part before a dot.
    fileprivate func isName(of machine: [UInt8]) -> Bool {
        guard !self.isEmpty, self.count <= machine.count else { return false }
        guard self.indices.allSatisfy({ self[$0] == machine[$0] }) else { return false }
        return self.count == machine.count || machine[self.count] == UInt8(ascii: ".")
    }
}
