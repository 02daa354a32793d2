/// The times of the Forward protocol.
enum ForwardTime {
    /// Reads the time of an entry: whole or fractional seconds, an event time, or an array that begins with one of these
    /// (as Fluent Bit 2 writes `[time, metadata]`).
    ///
    /// `nil` for zero, for nil and for what is no time: the time of arrival has to serve.
    static func read(_ reader: inout MessagePackReader) throws(MessagePackError) -> RecordTime? {
        let header = try reader.header()
        switch header {
        case .unsigned(let seconds): return self.time(seconds: Int64(clamping: seconds))
        case .signed(let seconds): return self.time(seconds: seconds)
        case .float(let seconds):
            // Beyond this a Double has no whole seconds anyway, and the conversion below could trap.
            guard abs(seconds) < 9e15, seconds != 0 else { return nil }
            let whole = seconds.rounded(.down)
            return RecordTime(seconds: Int64(whole), nanoseconds: min(999_999_999, UInt32((seconds - whole) * 1e9)))
        case .extension(let type, let length):
            let payload = try reader.payload(length)
            return self.eventTime(type, reader.bytes.extracting(payload))
        case .array(let count) where count > 0:
            var time: RecordTime?
            if case .array = try reader.peek() { try reader.skip() } else { time = try self.read(&reader) }
            try reader.skip(count - 1)
            return time
        default:
            _ = try reader.payload(header.payloadLength)
            try reader.skip(header.memberCount)
            return nil
        }
    }

    /// Extension type 0: seconds and nanoseconds, four bytes each.
    static func eventTime(_ type: Int8, _ payload: Span<UInt8>) -> RecordTime? {
        guard type == 0, payload.count == 8 else { return nil }
        func number(_ range: Range<Int>) -> UInt32 { range.reduce(0) { $0 << 8 | UInt32(payload[$1]) } }
        let (seconds, nanoseconds) = (number(0..<4), number(4..<8))
        guard seconds > 0, nanoseconds < 1_000_000_000 else { return nil }
        return RecordTime(seconds: Int64(seconds), nanoseconds: nanoseconds)
    }

    private static func time(seconds: Int64) -> RecordTime? {
        seconds == 0 ? nil : RecordTime(seconds: seconds)
    }
}
