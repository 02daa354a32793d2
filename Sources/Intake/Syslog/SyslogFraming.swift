internal import Glibc
internal import JSONRPC

/// Finds the messages in a byte stream.
///
/// RFC 6587 knows two ways to mark where a message ends, and a sender may change between them, so each message is
/// judged by its first byte: a digit starts octet counting (`MSG-LEN SP MSG`), anything else a line, ended by LF or NUL
/// (CR before it is dropped). Line ends and spaces between messages are skipped. A ``Mode`` allows one of the two only.
///
/// A message longer than the limit is cut and marked, and the rest of it is skipped. After a wrong count the end of the
/// message is unknown; looking for one would be guessing, so the stream is given up. A count that is too small, as from a sender that
/// counts characters, shows in what follows: behind a counted message, only a count or a `<` begins another.
public struct SyslogFraming: Sendable {
    /// Which ways to mark the end of a message a sender may use.
    public enum Mode: String, CaseIterable, Hashable, Sendable {
        /// Either, told apart for each message.
        case auto
        /// Lines only: also messages that begin with a digit, without a PRI in front, are lines.
        case lines
        /// Octet counting only, as RFC 5425 wants it.
        case octets
    }

    /// What is wrong with a stream that has to be given up.
    public enum Failure: Error, Hashable, Sendable {
        /// A digit came first, but not a count of at most seven digits followed by a space.
        case invalidCount
        /// A message begins with neither a count nor `<`, where counts are used.
        case missingCount
    }

    private enum State {
        case between
        case count(value: Int, digits: Int)
        case counted(left: Int, isCut: Bool)
        case line
        /// The message was cut and handed out; the rest of the line follows.
        case restOfLine
    }

    private static let mostDigits = 7
    private let limit: Int
    private let mayCount: Bool
    private let mayBeLines: Bool
    /// A message has been counted in this stream.
    private var hasCounted = false
    private var state = State.between
    /// The part of the current message that earlier pieces of the stream held.
    private var held: [UInt8] = []

    /// Makes a reader at the start of a stream.
    ///
    /// - Parameters:
    ///   - limit: The longest message in bytes.
    ///   - mode: How the sender may mark the end of a message.
    public init(limit: Int = 65_536, mode: Mode = .auto) {
        self.limit = max(1, limit)
        self.mayCount = mode != .lines
        self.mayBeLines = mode != .octets
    }

    /// Whether the stream stands in the middle of a message.
    public var isInsideMessage: Bool {
        if case .between = self.state { false } else { true }
    }

    /// Takes the next piece of the stream and hands out each message that ends in it.
    ///
    /// - Parameters:
    ///   - bytes: The piece.
    ///   - emit: Receives the message, without framing, and whether it was cut.
    /// - Throws: When a count is wrong; the stream has no use any more.
    public mutating func consume(
        _ bytes: Span<UInt8>,
        _ emit: (_ message: Span<UInt8>, _ isCut: Bool) -> Void
    ) throws(Failure) {
        var position = 0
        while position < bytes.count {
            switch self.state {
            case .between: try self.start(bytes, &position)
            case .count(let value, let digits): try self.count(bytes, &position, value, digits)
            case .counted(let left, let isCut): self.counted(bytes, &position, left, isCut, emit)
            case .line: self.line(bytes, &position, emit)
            case .restOfLine: self.restOfLine(bytes, &position)
            }
        }
    }

    /// Ends the stream: hands out a message that it broke off in, marked as cut when its end is known to be missing.
    public mutating func finish(_ emit: (_ message: Span<UInt8>, _ isCut: Bool) -> Void) {
        switch self.state {
        case .counted where !self.held.isEmpty: emit(self.held.span, true)
        case .line: Self.emitLine(self.held.span, emit)
        default: break
        }
        self.begin()
    }

    private mutating func begin() {
        self.held.removeAll(keepingCapacity: self.held.capacity <= 16_384)
        self.state = .between
    }

    private mutating func start(_ bytes: Span<UInt8>, _ position: inout Int) throws(Failure) {
        switch bytes[position] {
        case 0x0A, 0x0D, 0x00, 0x20: position += 1
        case let byte where byte.isDigit && self.mayCount: self.state = .count(value: 0, digits: 0)
        case UInt8(ascii: "<") where self.mayBeLines: self.state = .line
        default:
            guard self.mayBeLines, !self.hasCounted else { throw .missingCount }
            self.state = .line
        }
    }

    private mutating func count(
        _ bytes: Span<UInt8>,
        _ position: inout Int,
        _ value: Int,
        _ digits: Int
    ) throws(Failure) {
        let byte = bytes[position]
        position += 1
        if byte.isDigit, digits < Self.mostDigits, digits > 0 || byte != UInt8(ascii: "0") {
            self.state = .count(value: value * 10 + Int(byte - UInt8(ascii: "0")), digits: digits + 1)
        } else if byte == UInt8(ascii: " "), digits > 0 {
            self.state = .counted(left: value, isCut: false)
            self.hasCounted = true
        } else {
            throw .invalidCount
        }
    }

    private mutating func counted(
        _ bytes: Span<UInt8>,
        _ position: inout Int,
        _ left: Int,
        _ isCut: Bool,
        _ emit: (_ message: Span<UInt8>, _ isCut: Bool) -> Void
    ) {
        let piece = bytes.extracting(position..<min(bytes.count, position + left))
        position += piece.count
        let wanted = piece.extracting(first: self.limit - self.held.count)
        let isCut = isCut || wanted.count < piece.count
        if piece.count == left {
            self.emitJoined(wanted) { emit($0, isCut) }
        } else {
            self.held.append(copying: wanted)
            self.state = .counted(left: left - piece.count, isCut: isCut)
        }
    }

    private mutating func line(
        _ bytes: Span<UInt8>,
        _ position: inout Int,
        _ emit: (_ message: Span<UInt8>, _ isCut: Bool) -> Void
    ) {
        let rest = bytes.extracting(position..<bytes.count)
        let end = rest.firstLineEnd
        let room = self.limit - self.held.count
        if let end, end <= room {
            position += end + 1
            self.emitJoined(rest.extracting(0..<end)) { Self.emitLine($0, emit) }
        } else if rest.count <= room {
            self.held.append(copying: rest)
            position = bytes.count
        } else {
            position += room
            self.emitJoined(rest.extracting(0..<room)) { emit($0, true) }
            self.state = .restOfLine
        }
    }

    private mutating func restOfLine(_ bytes: Span<UInt8>, _ position: inout Int) {
        let rest = bytes.extracting(position..<bytes.count)
        if let end = rest.firstLineEnd {
            position += end + 1
            self.state = .between
        } else {
            position = bytes.count
        }
    }

    /// Ends the current message, whose last part this is.
    private mutating func emitJoined(_ last: Span<UInt8>, _ emit: (Span<UInt8>) -> Void) {
        if self.held.isEmpty {
            emit(last)
        } else {
            self.held.append(copying: last)
            emit(self.held.span)
        }
        self.begin()
    }

    private static func emitLine(_ line: Span<UInt8>, _ emit: (_ message: Span<UInt8>, _ isCut: Bool) -> Void) {
        let endsWithReturn = !line.isEmpty && line[line.count - 1] == 0x0D
        emit(endsWithReturn ? line.extracting(droppingLast: 1) : line, false)
    }
}

extension Span<UInt8> {
    /// Where the first LF or NUL is.
    fileprivate var firstLineEnd: Int? {
        self.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let feed = memchr(base, 0x0A, buffer.count).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
            let null = memchr(base, 0x00, feed ?? buffer.count).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
            return null ?? feed
        }
    }
}
