/// A set of bytes.
struct ByteSet: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    init(_ ranges: ClosedRange<UInt8>...) {
        for range in ranges { self.insert(range) }
    }

    static let digits = ByteSet(0x30...0x39)
    static let word = ByteSet(0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A)
    static let spaces = ByteSet(0x09...0x0D, 0x20...0x20)
    static let ascii = ByteSet(0x00...0x7F)

    func contains(_ byte: UInt8) -> Bool {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        return switch byte >> 6 {
        case 0: self.words.0 & bit != 0
        case 1: self.words.1 & bit != 0
        case 2: self.words.2 & bit != 0
        default: self.words.3 & bit != 0
        }
    }

    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: self.words.0 |= bit
        case 1: self.words.1 |= bit
        case 2: self.words.2 |= bit
        default: self.words.3 |= bit
        }
    }

    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range { self.insert(byte) }
    }

    mutating func formUnion(_ other: ByteSet) {
        self.words.0 |= other.words.0
        self.words.1 |= other.words.1
        self.words.2 |= other.words.2
        self.words.3 |= other.words.3
    }

    /// The ASCII characters that are not in the set.
    var invertedASCII: ByteSet {
        var inverted = ByteSet()
        inverted.words = (~self.words.0, ~self.words.1, 0, 0)
        return inverted
    }

    /// The set with the other case of each letter.
    var ignoringCase: ByteSet {
        var folded = self
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
            if self.contains(letter) { folded.insert(letter - 32) }
            if self.contains(letter - 32) { folded.insert(letter) }
        }
        return folded
    }

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(self.words.0)
        hasher.combine(self.words.1)
        hasher.combine(self.words.2)
        hasher.combine(self.words.3)
    }
}
