internal import JSONRPC

/// Cuts the bytes of a connection where whole MessagePack values end, and hands over all that are complete together.
///
/// A chunk of Fluentd may have 256 MiB, far more than should be held for each connection. So a packed message that is larger than
/// ``Limits/message`` is handed over while it comes: its tag, its entries piece by piece, and at last its option.
struct ForwardStream: StreamReader {
    /// How large messages may be, in bytes.
    struct Limits: Hashable, Sendable {
        /// A message of any form that is held until it is complete.
        var message: Int
        /// The packed entries of a message that is handed over in pieces.
        var chunk: Int
    }

    private enum State {
        /// Values are collected until they are complete.
        case values(MessagePackScanner)
        /// So many bytes of entries are still to come, and then so many values.
        case content(left: Int, valuesBehind: Int)
        /// The values behind the entries are collected.
        case option(MessagePackScanner)
    }

    private let limits: Limits
    private var state: State
    /// Complete values, then the beginning of one that is not.
    private var held: [UInt8] = []
    private var complete = 0
    private var pieces: [ForwardPiece] = []
    private var isAwaited: Bool

    /// Reads from the start of a connection.
    ///
    /// - Parameters:
    ///   - limits: How large messages may be.
    ///   - mustBegin: Whether the peer has to begin at once, as with a handshake.
    init(limits: Limits, mustBegin: Bool) {
        self.limits = limits
        self.state = .values(MessagePackScanner(limit: limits.message))
        self.isAwaited = mustBegin
    }

    var isInsideMessage: Bool {
        if case .values = self.state { self.isAwaited || self.held.count > self.complete } else { true }
    }

    mutating func consume(_ bytes: Span<UInt8>) throws(MessagePackError) {
        // Entries of a large message need not be held; nothing is, as long as they come.
        let start = self.takeContent(bytes)
        guard start < bytes.count else { return }
        self.held.append(copying: bytes.extracting(start..<bytes.count))
        while try self.advance() {}
    }

    /// Looks at what is held; whether it got further and something is left to look at.
    private mutating func advance() throws(MessagePackError) -> Bool {
        let held = self.held
        let rest = held.span.extracting(self.complete..<held.count)
        switch self.state {
        case .values(var scanner):
            do throws(MessagePackError) {
                guard let length = try scanner.length(in: rest) else {
                    self.state = .values(scanner)
                    return false
                }
                self.complete += length
                self.state = .values(MessagePackScanner(limit: self.limits.message))
            } catch .tooLarge {
                try self.open(rest)
            }
        case .content:
            self.held.removeFirst(self.takeContent(rest))
        case .option(var scanner):
            guard let length = try scanner.length(in: rest) else {
                self.state = .option(scanner)
                return false
            }
            self.pieces.append(.closing(Array(held.prefix(length))))
            self.held.removeFirst(length)
            self.state = .values(MessagePackScanner(limit: self.limits.message))
        }
        return self.complete < self.held.count
    }

    /// Begins to hand over a message in pieces: `[tag, packed entries, option?]`.
    private mutating func open(_ message: Span<UInt8>) throws(MessagePackError) {
        var reader = MessagePackReader(message)
        guard case .array(let count) = try reader.header(), (2...4).contains(count) else { throw .tooLarge }
        let tag = try reader.text()
        let header = try reader.header()
        switch header {
        case .string, .binary: break
        default: throw .tooLarge
        }
        guard tag.count <= ForwardMessage.longestName, header.payloadLength <= self.limits.chunk else {
            throw .tooLarge
        }
        let text = message.extracting(tag).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        let end = reader.position
        self.handOverValues()
        self.held.removeFirst(end)
        self.pieces.append(.opening(tag: text))
        self.state = .content(left: header.payloadLength, valuesBehind: count - 2)
    }

    /// Hands over the entries at the start of these bytes, and says how many bytes they have.
    private mutating func takeContent(_ bytes: Span<UInt8>) -> Int {
        guard case .content(let left, let valuesBehind) = self.state else { return 0 }
        let count = min(bytes.count, left)
        if count > 0 { self.pieces.append(.content([UInt8](copying: bytes.extracting(0..<count)))) }
        if count < left {
            self.state = .content(left: left - count, valuesBehind: valuesBehind)
        } else if valuesBehind > 0 {
            self.state = .option(MessagePackScanner(limit: self.limits.message, values: valuesBehind))
        } else {
            self.pieces.append(.closing([]))
            self.state = .values(MessagePackScanner(limit: self.limits.message))
        }
        return count
    }

    /// What is incomplete is dropped, because its sender was told nothing of it and keeps it.
    mutating func finish() {
        self.held.removeSubrange(self.complete...)
    }

    mutating func take() -> [ForwardPiece]? {
        self.handOverValues()
        guard !self.pieces.isEmpty else { return nil }
        defer { self.pieces = [] }
        return self.pieces
    }

    private mutating func handOverValues() {
        guard self.complete > 0 else { return }
        self.isAwaited = false
        let rest = Array(self.held[self.complete...])
        self.held.removeSubrange(self.complete...)
        self.pieces.append(.values(self.held))
        self.held = rest
        self.complete = 0
    }
}
