/// Finds where the first values in a growing buffer end, without looking at any byte of them twice.
struct MessagePackScanner {
    private let limit: Int
    /// Where the next header is; everything before it has been looked at.
    private var position = 0
    /// How many values are still to come before those that are wanted are complete.
    private var missing: Int

    /// Starts at the beginning of a value, or of several, that may have this many bytes together.
    init(limit: Int, values: Int = 1) {
        self.limit = limit
        self.missing = values
    }

    /// Looks at the bytes that were added and returns the length of the values once they are complete.
    ///
    /// - Parameter bytes: The buffer from the start of the first value, longer each time.
    /// - Returns: The length, or `nil` as long as they are incomplete.
    /// - Throws: When the values are larger than the limit, or no MessagePack.
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
