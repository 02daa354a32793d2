internal import JSONRPC

/// Writes the few MessagePack values that a Forward server says.
struct MessagePackWriter {
    private(set) var bytes: [UInt8] = []

    /// Begins an array of at most 15 values.
    mutating func array(_ count: UInt8) {
        precondition(count < 16, "a longer array needs another header")
        self.bytes.append(0x90 | count)
    }

    /// Begins a map of at most 15 pairs.
    mutating func map(_ count: UInt8) {
        precondition(count < 16, "a longer map needs another header")
        self.bytes.append(0x80 | count)
    }

    /// Writes a string of at most 65535 bytes.
    mutating func string(_ text: String) {
        precondition(text.utf8.count <= 0xFFFF, "a longer string needs another header")
        self.bytes += [0xDA, UInt8(text.utf8.count >> 8), UInt8(text.utf8.count & 0xFF)]
        self.bytes += text.utf8
    }

    /// Writes at most 255 bytes.
    mutating func binary(_ bytes: [UInt8]) {
        precondition(bytes.count <= 0xFF, "a longer binary needs another header")
        self.bytes += [0xC4, UInt8(bytes.count)]
        self.bytes += bytes
    }

    /// Writes true or false.
    mutating func boolean(_ value: Bool) {
        self.bytes.append(value ? 0xC3 : 0xC2)
    }
}
