import JSONRPC
import Testing

/// Any bytes in: an answer of the specified kind or none, never a crash.
@Suite struct HostileBytesTests {
    struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var z = self.state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    static let seeds = [
        #"{"jsonrpc":"2.0","method":"putEvents","params":{"events":[{"eventId":"é","n":-1.5e3}]},"id":12}"#,
        #"{"jsonrpc":"2.0","result":"SUCCESS","id":"12"}"#,
        #"{"jsonrpc":"2.0","error":{"code":-32602,"message":"\uD83D\uDE00","data":["a"]},"id":null}"#,
    ]

    @Test(arguments: 0..<8)
    func anyBytesGetAnAnswerOrNone(seed: UInt64) {
        var generator = Generator(state: seed)
        for _ in 0..<2000 {
            let bytes = Self.mutate(Array(Self.seeds.randomElement(using: &generator)!.utf8), using: &generator)
            for mode in [JSONReader.InvalidUTF8.reject, .repair] {
                switch Message(parsing: bytes, invalidUTF8: mode) {
                case .malformed(let message):
                    #expect([-32700, -32600].contains(message.error.code))
                    // Whatever we answer is a message that nobody answers.
                    let answer = Message(parsing: Envelope.failure(message.error, id: message.id))
                    guard case .failure = answer else {
                        Issue.record("the answer is no error response")
                        continue
                    }
                case .request(let call, let id):
                    guard
                        case .request(let again, let same) = Message(
                            parsing: Envelope.request(
                                method: call.method,
                                params: call.params?.bytes ?? Array("null".utf8),
                                id: id
                            ),
                            invalidUTF8: mode
                        )
                    else {
                        Issue.record("a request does not survive writing and reading")
                        continue
                    }
                    #expect(again.method == call.method && same == id)
                default: break
                }
            }
        }
    }

    /// Passing over a text takes shortcuts that reading it does not; both have to say the same.
    @Test(arguments: 0..<8)
    func passingOverSaysTheSameAsReading(seed: UInt64) {
        var generator = Generator(state: 100 + seed)
        for _ in 0..<2000 {
            let bytes = Self.mutate(Array(Self.seeds.randomElement(using: &generator)!.utf8), using: &generator)
            for limits in [JSONLimits.standard, JSONLimits(members: 4)] {
                let read = Self.problem(bytes, limits) { reader throws(JSONError) in try Self.walk(&reader) }
                let skipped = Self.problem(bytes, limits) { reader throws(JSONError) in _ = try reader.skipValue() }
                #expect(read == skipped, "\(String(decoding: bytes, as: UTF8.self))")
            }
        }
    }

    private static func problem(
        _ bytes: [UInt8],
        _ limits: JSONLimits,
        _ take: (inout JSONReader) throws(JSONError) -> Void
    ) -> JSONError? {
        do {
            var reader = try JSONReader(bytes.span, limits: limits)
            try take(&reader)
            try reader.finish()
            return nil
        } catch {
            return error
        }
    }

    private static func walk(_ reader: inout JSONReader) throws(JSONError) {
        switch try reader.peekKind() {
        case .object:
            try reader.beginObject()
            while try reader.nextKey() != nil { try self.walk(&reader) }
        case .array:
            try reader.beginArray()
            while try reader.nextElement() { try self.walk(&reader) }
        case .string: _ = try reader.readString()
        case .number: _ = try reader.readNumber()
        case .boolean: _ = try reader.readBoolean()
        case .null: try reader.readNull()
        }
    }

    static func mutate(_ seed: [UInt8], using generator: inout Generator) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            guard !bytes.isEmpty else { break }
            let index = bytes.indices.randomElement(using: &generator)!
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(Array("\"\\{}[],:nt0-".utf8).randomElement(using: &generator)!, at: index)
            case 3: bytes.removeSubrange(index...)
            default: bytes.insert(contentsOf: bytes[index...].prefix(16), at: index)
            }
        }
        return bytes
    }

    @Test func stringsSurviveWritingAndReading() throws {
        var generator = Generator(state: 7)
        for _ in 0..<3000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                let range: ClosedRange<UInt32> = [0...0x7F, 0...0x1F, 0x80...0x7FF, 0...0x10FFFF].randomElement(
                    using: &generator
                )!
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { scalars.append(scalar) }
            }
            let text = String(scalars)
            let bytes = text.encoded()
            var reader = try JSONReader(bytes.span)
            // Scalar by scalar, because strings compare by canonical equivalence.
            #expect(try reader.readString().unicodeScalars.elementsEqual(text.unicodeScalars))
            try reader.finish()
        }
    }
}
