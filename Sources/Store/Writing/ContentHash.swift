/// A hash of texts that is the same in each process, as `Hasher` is not: 64 bits of FNV-1a.
public struct ContentHash: Sendable {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// A hash of nothing.
    public init() {}

    /// The hash of what was added, in hexadecimal digits.
    public var text: String { String(self.hash, radix: 16) }

    /// Adds a text in UTF-8; where one text ends and the next begins counts.
    public mutating func add(_ text: Span<UInt8>) {
        for index in text.indices { self.step(text[index]) }
        self.end()
    }

    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        for byte in text { self.step(byte) }
        self.end()
    }

    mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.littleEndian) { for byte in $0 { self.step(byte) } }
    }

    /// 0xFF is in no text of UTF-8.
    private mutating func end() { self.step(0xFF) }

    private mutating func step(_ byte: UInt8) { self.hash = (self.hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
