/// A hash of the bytes just before a position, to recognise whether a file is still the one that was read.
///
/// Inodes are used again and files are truncated and written anew; the bytes before the position tell. FNV-1a with 64 bits: this guards
/// against accidents, not against somebody who can write the file.
struct Fingerprint: Hashable, Sendable {
    /// As many bytes as are hashed, if there are as many: log lines that repeat seldom do so for this long.
    static let window = 1024

    /// How many bytes before the position are hashed; fewer than the window only near the beginning of the file.
    var length: Int
    var hash: UInt64

    init(length: Int, hash: UInt64) {
        self.length = length
        self.hash = hash
    }

    /// The fingerprint of some bytes, at most ``window`` of them.
    init(_ bytes: ArraySlice<UInt8>) {
        self.length = bytes.count
        self.hash = bytes.withUnsafeBufferPointer { bytes in
            bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        }
    }
}
