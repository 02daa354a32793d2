internal import JSONRPC

/// Cuts the bytes of a connection where whole MessagePack values end, and hands over all that are complete together.
struct MessagePackStream: StreamReader {
    private let limit: Int
    /// Complete values, then the beginning of one that is not.
    private var held: [UInt8] = []
    private var complete = 0
    private var scanner: MessagePackScanner
    private var isAwaited: Bool

    /// Reads from the start of a connection.
    ///
    /// - Parameters:
    ///   - limit: How many bytes a value may have.
    ///   - mustBegin: Whether the peer has to begin at once, as with a handshake.
    init(limit: Int, mustBegin: Bool) {
        self.limit = limit
        self.scanner = MessagePackScanner(limit: limit)
        self.isAwaited = mustBegin
    }

    var isInsideMessage: Bool { self.isAwaited || self.held.count > self.complete }

    mutating func consume(_ bytes: Span<UInt8>) throws(MessagePackError) {
        self.held.append(copying: bytes)
        let held = self.held
        while self.complete < held.count {
            let rest = held.span.extracting(self.complete..<held.count)
            guard let length = try self.scanner.length(in: rest) else { return }
            self.complete += length
            self.scanner = MessagePackScanner(limit: self.limit)
        }
    }

    /// An incomplete value is dropped, because its sender was told nothing of it and keeps it.
    mutating func finish() {
        self.held.removeSubrange(self.complete...)
    }

    mutating func take() -> [UInt8]? {
        guard self.complete > 0 else { return nil }
        self.isAwaited = false
        let rest = Array(self.held[self.complete...])
        self.held.removeSubrange(self.complete...)
        let values = self.held
        self.held = rest
        self.complete = 0
        return values
    }
}
