/// Moves past one value whose bytes come in pieces, and keeps none of them.
struct MessagePackSkipper {
    /// More values than this never end: their sender would need a year to send them.
    private static let mostValues = 1 << 40

    /// How many values are still to come before the first one is over.
    private var values = 1
    /// How many bytes of a string, binary or extension are still to come.
    private var payload = 0

    /// Whether the value is over.
    var isDone: Bool { self.values == 0 && self.payload == 0 }

    /// Moves on in the next bytes, and says how many of them it used up.
    ///
    /// The rest has to come again, with more behind it: a header that is incomplete, or what follows the value.
    mutating func skip(in bytes: Span<UInt8>) throws(MessagePackError) -> Int {
        var reader = MessagePackReader(bytes)
        while !self.isDone {
            let step = min(self.payload, bytes.count - reader.position)
            reader.position += step
            self.payload -= step
            guard self.payload == 0, self.values > 0 else { break }
            let start = reader.position
            do {
                let header = try reader.header()
                self.values += header.memberCount - 1
                self.payload = header.payloadLength
            } catch .unexpectedEnd {
                return start
            }
            guard self.values <= Self.mostValues else { throw .tooLarge }
        }
        return reader.position
    }
}
