import Intake
import Testing

@Suite("Messages are found in a byte stream")
struct SyslogFramingTests {
    struct Frame: Equatable, CustomStringConvertible {
        var text: String
        var isCut = false

        init(_ text: String, isCut: Bool = false) {
            self.text = text
            self.isCut = isCut
        }

        var description: String { self.isCut ? "\(self.text)…" : self.text }
    }

    struct Reading: Equatable {
        var frames: [Frame] = []
        var failure: SyslogFraming.Failure?
    }

    /// Reads the pieces and then the end of the stream.
    static func read(
        _ pieces: [ArraySlice<UInt8>],
        limit: Int = 16,
        mode: SyslogFraming.Mode = .auto
    ) -> Reading {
        var framing = SyslogFraming(limit: limit, mode: mode)
        var reading = Reading()
        func collect(_ message: Span<UInt8>, _ isCut: Bool) {
            let text = message.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            reading.frames.append(Frame(text, isCut: isCut))
        }
        do throws(SyslogFraming.Failure) {
            for piece in pieces { try framing.consume(Array(piece).span, collect) }
            framing.finish(collect)
        } catch {
            reading.failure = error
        }
        return reading
    }

    static let streams: [(stream: String, frames: [Frame], failure: SyslogFraming.Failure?)] = [
        ("", [], nil),
        ("<1>a\n<2>b\n", [Frame("<1>a"), Frame("<2>b")], nil),
        ("<1>a\r\n<2>b\0\n\r\n<3>c", [Frame("<1>a"), Frame("<2>b"), Frame("<3>c")], nil),
        ("5 <1>ab4 <2>c", [Frame("<1>ab"), Frame("<2>c")], nil),
        ("5 <1>a\n<2>b\n6 <3>c\nd\n4 <4>e\n", [Frame("<1>a\n"), Frame("<2>b"), Frame("<3>c\nd"), Frame("<4>e")], nil),
        ("<1>0123456789abc\n<2>x\n", [Frame("<1>0123456789abc"), Frame("<2>x")], nil),
        ("<1>0123456789abcd\n<2>x\n", [Frame("<1>0123456789abc", isCut: true), Frame("<2>x")], nil),
        ("<1>0123456789abcdef", [Frame("<1>0123456789abc", isCut: true)], nil),
        ("16 <1>0123456789abc4 <2>x", [Frame("<1>0123456789abc"), Frame("<2>x")], nil),
        ("20 <1>0123456789abcdefg4 <2>x", [Frame("<1>0123456789abc", isCut: true), Frame("<2>x")], nil),
        ("9 <1>abc", [Frame("<1>abc", isCut: true)], nil),
        ("9999999 <1>a", [Frame("<1>a", isCut: true)], nil),
        ("4 ", [], nil),
        ("<1>a\n12345678 <1>", [Frame("<1>a")], .invalidCount),
        ("4x<1>a", [], .invalidCount),
        ("0 <1>a", [], .invalidCount),
        ("04 <1>a", [], .invalidCount),
        ("4\n<1>a", [], .invalidCount),
        ("4 <1>ab5 <1>cd", [Frame("<1>a")], .missingCount),
        ("<1>a\nplain\n4 <2>b\n<3>c\n", [Frame("<1>a"), Frame("plain"), Frame("<2>b"), Frame("<3>c")], nil),
        ("4 <1>a\nplain\n", [Frame("<1>a")], .missingCount),
    ]

    static let modes: [(stream: String, mode: SyslogFraming.Mode, frames: [Frame], failure: SyslogFraming.Failure?)] = [
        ("2026-11-30 a\n5 <1>b\n", .lines, [Frame("2026-11-30 a"), Frame("5 <1>b")], nil),
        ("4 <1>a4 <2>b", .octets, [Frame("<1>a"), Frame("<2>b")], nil),
        ("4 <1>a<2>b\n", .octets, [Frame("<1>a")], .missingCount),
        ("<1>a\n", .octets, [], .missingCount),
    ]

    @Test("only as the source allows", arguments: Self.modes)
    func mode(_ stream: String, _ mode: SyslogFraming.Mode, _ frames: [Frame], _ failure: SyslogFraming.Failure?) {
        #expect(Self.read([Array(stream.utf8)[...]], mode: mode) == Reading(frames: frames, failure: failure))
    }

    @Test("by count or by line", arguments: Self.streams)
    func table(_ stream: String, _ frames: [Frame], _ failure: SyslogFraming.Failure?) {
        #expect(Self.read([Array(stream.utf8)[...]]) == Reading(frames: frames, failure: failure))
    }

    @Test("the same at every split", arguments: Self.streams)
    func splits(_ stream: String, _ frames: [Frame], _ failure: SyslogFraming.Failure?) {
        let bytes = Array(stream.utf8)
        let whole = Reading(frames: frames, failure: failure)
        for split in 0...bytes.count {
            #expect(Self.read([bytes[..<split], bytes[split...]]) == whole, "split at \(split)")
        }
        #expect(Self.read(bytes.indices.map { bytes[$0...$0] }) == whole, "byte by byte")
    }

    @Test("the same in random pieces of random streams", arguments: 0..<8)
    func randomPieces(_ seed: UInt64) {
        var random = SplitMix(seed)
        let alphabet = Array("<>\n\r\0 0123456789ab".utf8)
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0..<120, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            var pieces: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let length = Int.random(in: 0...min(9, rest.count), using: &random)
                pieces.append(rest.prefix(length))
                rest = rest.dropFirst(length)
            }
            #expect(Self.read(pieces) == Self.read([bytes[...]]), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("without holding more than the limit")
    func bounded() {
        var framing = SyslogFraming(limit: 100)
        let junk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
        var lengths: [Int] = []
        for _ in 0..<32 {
            #expect(throws: Never.self) {
                try framing.consume(junk.span) { message, _ in lengths.append(message.count) }
            }
        }
        framing.finish { message, _ in lengths.append(message.count) }
        #expect(lengths == [100])
    }
}
