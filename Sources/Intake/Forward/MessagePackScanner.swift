/// Finds where the first value in a growing buffer ends, without looking at any byte of it twice.
struct MessagePackScanner {
    private let limit: Int
    /// Where the next header is; everything before it has been looked at.
    private var position = 0
    /// How many values are still to come before the first one is complete.
    private var missing = 1

    /// Starts at the beginning of a value that may have this many bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Looks at the bytes that were added and returns the length of the value once it is complete.
    ///
    /// - Parameter bytes: The buffer from the start of the value, longer each time.
    /// - Returns: The length, or `nil` as long as the value is incomplete.
    /// - Throws: When the value is larger than the limit, or no MessagePack.
    mutating func length(in bytes: Span<UInt8>) throws(MessagePackError) -> Int? {
        var reader = MessagePackReader(bytes, at: self.position)
        while self.missing > 0 {
            let header: MessagePackHeader
            do {
                header = try reader.header()
            } catch .unexpectedEnd {
                return nil
            }
            let end = reader.position + header.payloadLength
            let missing = self.missing + header.memberCount - 1
            guard missing <= self.limit, end <= self.limit - missing else { throw .tooLarge }
            guard end <= bytes.count else { return nil }
            (self.position, self.missing) = (end, missing)
            reader.position = end
        }
        return self.position
    }
}
