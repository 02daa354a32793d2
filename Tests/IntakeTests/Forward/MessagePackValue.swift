/// A MessagePack value to be written in tests.
indirect enum MessagePackValue {
    case null
    case boolean(Bool)
    case integer(Int64)
    case float(Double)
    case string(String)
    case binary([UInt8])
    case array([MessagePackValue])
    case map([(MessagePackValue, MessagePackValue)])
    case `extension`(Int8, [UInt8])

    static func eventTime(_ seconds: UInt32, _ nanoseconds: UInt32) -> MessagePackValue {
        .extension(0, Self.bigEndian(seconds) + Self.bigEndian(nanoseconds))
    }

    /// The longest encodings, where the format offers several.
    var bytes: [UInt8] {
        switch self {
        case .null: [0xC0]
        case .boolean(let value): [value ? 0xC3 : 0xC2]
        case .integer(let value): [0xD3] + Self.bigEndian(value)
        case .float(let value): [0xCB] + Self.bigEndian(value.bitPattern)
        case .string(let text): [0xDB] + Self.bigEndian(UInt32(text.utf8.count)) + Array(text.utf8)
        case .binary(let bytes): [0xC6] + Self.bigEndian(UInt32(bytes.count)) + bytes
        case .array(let values): [0xDD] + Self.bigEndian(UInt32(values.count)) + values.flatMap(\.bytes)
        case .map(let pairs): [0xDF] + Self.bigEndian(UInt32(pairs.count)) + pairs.flatMap { $0.bytes + $1.bytes }
        case .extension(let type, let bytes):
            [0xC9] + Self.bigEndian(UInt32(bytes.count)) + [UInt8(bitPattern: type)] + bytes
        }
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// Any value.
    static func random(depth: Int = 3, using random: inout some RandomNumberGenerator) -> MessagePackValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &random) {
        case 0: .null
        case 1: .boolean(.random(using: &random))
        case 2: .integer(.random(in: .min ... .max, using: &random))
        case 3: .float(.random(in: -1e9...1e9, using: &random))
        case 4: .string(String(repeating: "ä", count: .random(in: 0..<9, using: &random)))
        case 5: .binary((0..<Int.random(in: 0..<9, using: &random)).map { _ in .random(in: 0...255, using: &random) })
        case 6: .extension(5, [1, 2])
        case 7:
            .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in .random(depth: depth - 1, using: &random) })
        default:
            .map(
                (0..<Int.random(in: 0..<5, using: &random)).map {
                    (.string("k\($0)"), .random(depth: depth - 1, using: &random))
                }
            )
        }
    }
}

extension MessagePackValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(arrayLiteral elements: MessagePackValue...) { self = .array(elements) }
    init(dictionaryLiteral elements: (MessagePackValue, MessagePackValue)...) { self = .map(elements) }
}
