/// One message of the Forward protocol, its entries not decoded yet.
///
/// The protocol (version 1) has four forms, told apart by the type of the second element:
///
/// | Form | Looks like |
/// | --- | --- |
/// | Message | `[tag, time, record, option?]` |
/// | Forward | `[tag, [[time, record], …], option?]` |
/// | PackedForward | `[tag, entries as bytes, option?]` |
/// | CompressedPackedForward | the same, with `compressed: "gzip"` in the option |
struct ForwardMessage {
    /// Where the records are.
    enum Form: Equatable {
        /// A time and a record.
        case single
        /// Entries, one after the other.
        case entries
        /// The same, compressed.
        case gzip
    }

    /// Why a message cannot be taken; the connection has no use any more.
    enum Failure: Error, Hashable {
        /// It is no message of the protocol.
        case malformed
        /// The entries are compressed in a way other than gzip. They must stay with the sender.
        case unknownCompression
    }

    var tag: String
    var form: Form
    /// The place of the entries, or of the time and the record.
    var content: Range<Int>
    /// The identity that the sender wants to have acknowledged, as it was encoded.
    var chunk: Range<Int>?
    /// How many entries there are, as far as the sender says so.
    var count: Int?
    /// Whether the entries are log records, and not metrics or traces as Fluent Bit can send them too.
    var isLog = true

    /// Longer tags and chunk identities are not believed.
    static let longestName = 1024
    /// No more entries than this are believed to be in a message.
    private static let mostEntries: Int64 = 1 << 28

    /// Reads a message and moves past it; `nil` for a nil, which is a heartbeat.
    static func read(_ reader: inout MessagePackReader) throws(Failure) -> ForwardMessage? {
        do {
            switch try reader.header() {
            case .null: return nil
            case .array(let count) where (2...4).contains(count): return try self.read(&reader, count)
            default: throw Failure.malformed
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .malformed
        }
    }

    private static func read(_ reader: inout MessagePackReader, _ count: Int) throws -> ForwardMessage {
        let tag = try reader.text()
        guard tag.count <= self.longestName else { throw Failure.malformed }
        let tagText = reader.bytes.extracting(tag).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        var message = ForwardMessage(tag: tagText, form: .entries, content: 0..<0)
        var left = count - 2
        switch try reader.peek() {
        case .string, .binary:
            message.content = try reader.text()
        case .array(let entries):
            _ = try reader.header()
            let start = reader.position
            try reader.skip(entries)
            message.content = start..<reader.position
            message.count = entries
        default:
            guard count >= 3 else { throw Failure.malformed }
            message.form = .single
            let start = reader.position
            try reader.skip()
            try reader.skip()
            message.content = start..<reader.position
            left -= 1
        }
        if left > 0 { try message.readOption(&reader) }
        for _ in 0..<max(0, left - 1) { try reader.skip() }
        return message
    }

    /// Reads the last element of a message.
    mutating func readOption(_ reader: inout MessagePackReader) throws {
        guard case .map(let count) = try reader.peek() else { return try reader.skip() }
        _ = try reader.header()
        for _ in 0..<count {
            let key = try reader.text()
            let start = reader.position
            let value = try reader.peek()
            try reader.skip()
            if reader.bytes.extracting(key).equals("chunk") {
                guard value.isText, value.payloadLength <= Self.longestName else { continue }
                self.chunk = start..<reader.position
            } else if reader.bytes.extracting(key).equals("compressed") {
                let name = reader.bytes.extracting(reader.position - value.payloadLength..<reader.position)
                guard value.isText, !name.equals("text"), self.form == .entries else { continue }
                guard name.equals("gzip") else { throw Failure.unknownCompression }
                self.form = .gzip
            } else if reader.bytes.extracting(key).equals("fluent_signal") {
                self.isLog = value == .unsigned(0) || value == .null
            } else if reader.bytes.extracting(key).equals("size"), self.count == nil, let size = value.integer {
                self.count = Int(min(max(0, size), Self.mostEntries))
            }
        }
    }
}

extension MessagePackHeader {
    /// The value of an integer of either kind.
    fileprivate var integer: Int64? {
        switch self {
        case .unsigned(let value): Int64(clamping: value)
        case .signed(let value): value
        default: nil
        }
    }

    /// Whether a string or a binary follows.
    fileprivate var isText: Bool {
        switch self {
        case .string, .binary: true
        default: false
        }
    }
}

extension Span<UInt8> {
    /// Whether these are the bytes of a word of our own.
    fileprivate func equals(_ word: StaticString) -> Bool {
        word.utf8CodeUnitCount == self.count
            && word.withUTF8Buffer { word in self.indices.allSatisfy { self[$0] == word[$0] } }
    }
}
