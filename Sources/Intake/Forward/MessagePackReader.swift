/// Why bytes are no MessagePack, or none that is accepted.
enum MessagePackError: Error, Hashable {
    /// The bytes end inside a value.
    case unexpectedEnd
    /// The byte 0xC1, which the format never uses.
    case invalidByte
    /// Another type stands where one is required.
    case wrongType
    /// Arrays and maps are nested too deep.
    case tooDeep
    /// A value is larger than the limit.
    case tooLarge
}

/// What the first bytes of a MessagePack value say about it.
///
/// The bytes of strings, binaries and extensions, and the members of arrays and maps, follow the header.
enum MessagePackHeader: Equatable {
    case null
    case boolean(Bool)
    case unsigned(UInt64)
    case signed(Int64)
    case float(Double)
    case string(length: Int)
    case binary(length: Int)
    case array(count: Int)
    case map(count: Int)
    case `extension`(type: Int8, length: Int)

    /// How many bytes of its own follow the header.
    var payloadLength: Int {
        switch self {
        case .string(let length), .binary(let length), .extension(_, let length): length
        default: 0
        }
    }

    /// How many values belong to it.
    var memberCount: Int {
        switch self {
        case .array(let count): count
        case .map(let count): 2 * count
        default: 0
        }
    }
}

/// A place in MessagePack bytes, moving forward value by value (msgpack specification of 2013, with bin, str8 and ext).
struct MessagePackReader: ~Escapable {
    let bytes: Span<UInt8>
    var position: Int

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// Reads the header of the next value.
    @_lifetime(self: copy self)
    mutating func header() throws(MessagePackError) -> MessagePackHeader {
        let byte = try self.byte()
        switch byte {
        case 0x00...0x7F: return .unsigned(UInt64(byte))
        case 0x80...0x8F: return .map(count: Int(byte & 0x0F))
        case 0x90...0x9F: return .array(count: Int(byte & 0x0F))
        case 0xA0...0xBF: return .string(length: Int(byte & 0x1F))
        case 0xC0: return .null
        case 0xC2: return .boolean(false)
        case 0xC3: return .boolean(true)
        case 0xC4...0xC6: return .binary(length: Int(try self.unsigned(1 << Int(byte - 0xC4))))
        case 0xC7...0xC9:
            let length = Int(try self.unsigned(1 << Int(byte - 0xC7)))
            return .extension(type: Int8(bitPattern: try self.byte()), length: length)
        case 0xCA: return .float(Double(Float(bitPattern: UInt32(try self.unsigned(4)))))
        case 0xCB: return .float(Double(bitPattern: try self.unsigned(8)))
        case 0xCC...0xCF: return .unsigned(try self.unsigned(1 << Int(byte - 0xCC)))
        case 0xD0: return .signed(Int64(Int8(truncatingIfNeeded: try self.unsigned(1))))
        case 0xD1: return .signed(Int64(Int16(truncatingIfNeeded: try self.unsigned(2))))
        case 0xD2: return .signed(Int64(Int32(truncatingIfNeeded: try self.unsigned(4))))
        case 0xD3: return .signed(Int64(bitPattern: try self.unsigned(8)))
        case 0xD4...0xD8: return .extension(type: Int8(bitPattern: try self.byte()), length: 1 << Int(byte - 0xD4))
        case 0xD9...0xDB: return .string(length: Int(try self.unsigned(1 << Int(byte - 0xD9))))
        case 0xDC, 0xDD: return .array(count: Int(try self.unsigned(2 << Int(byte - 0xDC))))
        case 0xDE, 0xDF: return .map(count: Int(try self.unsigned(2 << Int(byte - 0xDE))))
        case 0xE0...0xFF: return .signed(Int64(Int8(bitPattern: byte)))
        default: throw .invalidByte
        }
    }

    /// The header of the next value, without moving.
    borrowing func peek() throws(MessagePackError) -> MessagePackHeader {
        var ahead = MessagePackReader(self.bytes, at: self.position)
        return try ahead.header()
    }

    /// Moves past bytes that belong to a header, and says where they are.
    @_lifetime(self: copy self)
    mutating func payload(_ length: Int) throws(MessagePackError) -> Range<Int> {
        guard length <= self.bytes.count - self.position else { throw .unexpectedEnd }
        defer { self.position += length }
        return self.position..<self.position + length
    }

    /// Reads a string, or a binary, which older senders use for strings.
    @_lifetime(self: copy self)
    mutating func text() throws(MessagePackError) -> Range<Int> {
        switch try self.header() {
        case .string(let length), .binary(let length): return try self.payload(length)
        default: throw .wrongType
        }
    }

    /// Moves past whole values, however deep.
    @_lifetime(self: copy self)
    mutating func skip(_ count: Int = 1) throws(MessagePackError) {
        var values = count
        while values > 0 {
            let header = try self.header()
            _ = try self.payload(header.payloadLength)
            values += header.memberCount - 1
            // Each value takes a byte at least, so that more of them than bytes cannot be.
            guard values <= self.bytes.count - self.position else { throw .unexpectedEnd }
        }
    }

    @_lifetime(self: copy self)
    private mutating func byte() throws(MessagePackError) -> UInt8 {
        guard self.position < self.bytes.count else { throw .unexpectedEnd }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }

    /// A big-endian number of 1, 2, 4 or 8 bytes.
    @_lifetime(self: copy self)
    private mutating func unsigned(_ width: Int) throws(MessagePackError) -> UInt64 {
        guard width <= self.bytes.count - self.position else { throw .unexpectedEnd }
        var value: UInt64 = 0
        for index in self.position..<self.position + width { value = value << 8 | UInt64(self.bytes[index]) }
        self.position += width
        return value
    }
}
