import Testing

@testable import Intake

@Suite("MessagePack")
struct MessagePackTests {
    static func json(_ bytes: [UInt8]) -> Result<String, MessagePackError> {
        var reader = MessagePackReader(bytes.span)
        var json: [UInt8] = []
        do throws(MessagePackError) {
            try MessagePackJSON.append(&reader, to: &json)
            return .success(String(decoding: json, as: UTF8.self))
        } catch {
            return .failure(error)
        }
    }

    static let values: [(bytes: [UInt8], json: String)] = [
        ([0xC0], "null"), ([0xC2], "false"), ([0xC3], "true"),
        ([0x00], "0"), ([0x7F], "127"), ([0xE0], "-32"), ([0xFF], "-1"),
        ([0xCC, 0xFF], "255"), ([0xCD, 0x01, 0x00], "256"), ([0xCE, 0xFF, 0xFF, 0xFF, 0xFF], "4294967295"),
        ([0xCF] + [UInt8](repeating: 0xFF, count: 8), "18446744073709551615"),
        ([0xD0, 0x80], "-128"), ([0xD1, 0x80, 0x00], "-32768"), ([0xD2, 0x80, 0, 0, 0], "-2147483648"),
        ([0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0], "-9223372036854775808"),
        ([0xCA, 0x3F, 0xC0, 0, 0], "1.5"), ([0xCB, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0], "1.5"),
        ([0xCA, 0x7F, 0x80, 0, 0], "null"), ([0xCB, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0], "null"),
        ([0xA0], "\"\""), ([0xA3] + Array("a\"b".utf8), #""a\"b""#),
        ([0xD9, 0x01, 0x41], "\"A\""), ([0xDA, 0, 1, 0x41], "\"A\""), ([0xDB, 0, 0, 0, 1, 0x41], "\"A\""),
        ([0xC4, 1, 0xFF], "\"\u{FFFD}\""), ([0xC5, 0, 1, 0x41], "\"A\""), ([0xC6, 0, 0, 0, 1, 0x41], "\"A\""),
        ([0x90], "[]"), ([0x92, 1, 0x91, 2], "[1,[2]]"), ([0xDC, 0, 1, 1], "[1]"), ([0xDD, 0, 0, 0, 1, 1], "[1]"),
        ([0x80], "{}"), ([0x82, 0xA1, 0x61, 1, 0xA1, 0x62, 0x80], #"{"a":1,"b":{}}"#),
        ([0xDE, 0, 1, 0xA1, 0x61, 1], #"{"a":1}"#), ([0xDF, 0, 0, 0, 1, 0xA1, 0x61, 1], #"{"a":1}"#),
        ([0x83, 1, 1, 0xC0, 2, 0xC3, 3], #"{"1":1,"null":2,"true":3}"#),
        ([0xD4, 5, 0xAB], "\"ab\""), ([0xD5, 5, 1, 2], "\"0102\""), ([0xC7, 1, 5, 0x0F], "\"0f\""),
        ([0xD7, 0, 0, 0, 0, 9, 0, 0, 0, 7], "9.000000007"),
        ([0xC8, 0, 8, 0, 0, 0, 0, 9, 0, 0, 0, 7], "9.000000007"),
    ]

    @Test("becomes JSON", arguments: Self.values)
    func becomesJSON(_ bytes: [UInt8], _ json: String) {
        #expect(Self.json(bytes) == .success(json))
        for length in 0..<bytes.count {
            #expect(Self.json(Array(bytes[..<length])) == .failure(.unexpectedEnd), "after \(length) bytes")
        }
    }

    @Test("is refused when it is wrong or too deep")
    func refused() {
        #expect(Self.json([0xC1]) == .failure(.invalidByte))
        #expect(Self.json([0x81, 0x90, 1]) == .failure(.wrongType))
        #expect(Self.json([UInt8](repeating: 0x91, count: 32) + [0x90]) == .failure(.tooDeep))
        #expect(Self.json([UInt8](repeating: 0x91, count: 31) + [0x90]).map(\.utf8.count) == .success(64))
    }

    @Test("values end where they end, byte by byte", arguments: 0..<4)
    func scanning(_ seed: UInt64) throws {
        var random = SplitMix(seed)
        for _ in 0..<300 {
            let bytes = MessagePackValue.random(using: &random).bytes
            let stream = bytes + [0xC0]
            var scanner = MessagePackScanner(limit: 1 << 20)
            for length in 0..<bytes.count {
                let found = try scanner.length(in: stream.span.extracting(0..<length))
                #expect(found == nil)
            }
            let found = try scanner.length(in: stream.span)
            #expect(found == bytes.count)
            var reader = MessagePackReader(stream.span)
            try reader.skip()
            #expect(reader.position == bytes.count)
        }
    }

    @Test(
        "values above the limit are refused by their header",
        arguments: [[0xDB, 0, 1, 0, 1], [0xDD, 0, 1, 0, 1], [0xDF, 0, 0, 0x80, 1], [0xC1]] as [[UInt8]]
    )
    func scanningTooLarge(_ bytes: [UInt8]) {
        var scanner = MessagePackScanner(limit: 65_536)
        #expect(throws: MessagePackError.self) { try scanner.length(in: bytes.span) }
    }

    @Test("random bytes do no harm", arguments: 0..<4)
    func randomBytes(_ seed: UInt64) {
        var random = SplitMix(seed)
        for _ in 0..<2000 {
            var bytes = MessagePackValue.random(using: &random).bytes
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = Self.json(bytes)
            var reader = MessagePackReader(bytes.span)
            try? reader.skip()
            _ = try? ForwardMessage.read(&reader)
            var decoder = ForwardDecoder(bytes, limits: ForwardLimits(entry: 1 << 16, decompressed: 1 << 16))
            while case .some = try? decoder.next() {}
        }
    }
}
