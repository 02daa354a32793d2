/// What the Forward protocol says of a record besides its content: when it happened and, from Fluent Bit, its metadata.
struct ForwardStamp: Equatable {
    /// What an entry stands for.
    enum Kind: Equatable {
        case record
        /// Fluent Bit opens a group of records: the content tells what they have in common.
        case groupStart
        /// The group is over.
        case groupEnd
    }

    /// When it happened; `nil` when the time of arrival has to serve.
    var time: RecordTime?
    /// What the entry stands for.
    var kind = Kind.record
    /// Where Fluent Bit's metadata are, a map with members; `nil` without any.
    var metadata: Range<Int>?
}

/// The times of the Forward protocol.
enum ForwardTime {
    /// Reads the stamp of an entry: whole or fractional seconds, an event time, or an array that begins with one of these
    /// and goes on with metadata (as Fluent Bit 2 writes `[time, metadata]`).
    ///
    /// There is no time for zero, for nil, for what is no time, and for a time that nobody means: the time of arrival has to
    /// serve. Milliseconds and smaller units are recognised, see ``RecordTime/init(unixNumber:)``.
    static func read(_ reader: inout MessagePackReader) throws(MessagePackError) -> ForwardStamp {
        let header = try reader.header()
        guard case .array(let count) = header, count > 0 else { return try self.readTime(header, &reader) }
        var stamp = ForwardStamp()
        let first = try reader.peek()
        if case .array = first {
            try reader.skip()
        } else {
            stamp = try self.readTime(try reader.header(), &reader)
        }
        guard count > 1 else { return stamp }
        let start = reader.position
        let metadata = try reader.peek()
        try reader.skip()
        if case .map(let members) = metadata, members > 0 { stamp.metadata = start..<reader.position }
        try reader.skip(count - 2)
        return stamp
    }

    private static func readTime(
        _ header: MessagePackHeader,
        _ reader: inout MessagePackReader
    ) throws(MessagePackError) -> ForwardStamp {
        switch header {
        case .unsigned(let seconds): return ForwardStamp(time: RecordTime(unixNumber: Int64(clamping: seconds)))
        case .signed(let seconds): return ForwardStamp(time: RecordTime(unixNumber: seconds))
        case .float(let seconds): return ForwardStamp(time: RecordTime(unixNumber: seconds))
        case .extension(let type, let length):
            let payload = try reader.payload(length)
            return self.stamp(type, reader.bytes.extracting(payload))
        default:
            _ = try reader.payload(header.payloadLength)
            try reader.skip(header.memberCount)
            return ForwardStamp()
        }
    }

    /// The seconds -1 and -2 of an event time are no times: Fluent Bit 4 marks groups with them (flb_log_event.h).
    private static func stamp(_ type: Int8, _ payload: Span<UInt8>) -> ForwardStamp {
        guard let (seconds, nanoseconds) = self.numbers(type, payload) else { return ForwardStamp() }
        switch Int32(bitPattern: seconds) {
        case -1: return ForwardStamp(kind: .groupStart)
        case -2: return ForwardStamp(kind: .groupEnd)
        default: return ForwardStamp(time: self.time(seconds, nanoseconds))
        }
    }

    /// Extension type 0: seconds and nanoseconds, four bytes each.
    ///
    /// The seconds have no sign, so they last until 2106.
    static func eventTime(_ type: Int8, _ payload: Span<UInt8>) -> RecordTime? {
        self.numbers(type, payload).flatMap { self.time($0, $1) }
    }

    private static func numbers(_ type: Int8, _ payload: Span<UInt8>) -> (seconds: UInt32, nanoseconds: UInt32)? {
        guard type == 0, payload.count == 8 else { return nil }
        func number(_ range: Range<Int>) -> UInt32 { range.reduce(0) { $0 << 8 | UInt32(payload[$1]) } }
        return (number(0..<4), number(4..<8))
    }

    private static func time(_ seconds: UInt32, _ nanoseconds: UInt32) -> RecordTime? {
        guard seconds > 0, nanoseconds < 1_000_000_000 else { return nil }
        return RecordTime(seconds: Int64(seconds), nanoseconds: nanoseconds)
    }
}
