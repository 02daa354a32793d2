/// Compressed formats that rotation makes and this program does not read, known by the bytes with which each of their files begins.
enum ForeignCompression {
    private static let formats: [(name: String, magic: [UInt8])] = [
        ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        ("lz4", [0x04, 0x22, 0x4D, 0x18]),
        ("zip", [0x50, 0x4B, 0x03, 0x04]),
    ]
    /// `BZh`, a digit, and the digits of pi that begin a block.
    private static let bzip2: (start: [UInt8], block: [UInt8]) = (
        [0x42, 0x5A, 0x68], [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
    )

    /// So many bytes tell the format.
    static let length = 10

    /// The name of the format that begins with these bytes; `nil` for anything else.
    static func name(_ head: [UInt8]) -> String? {
        if let format = self.formats.first(where: { head.starts(with: $0.magic) }) { return format.name }
        guard head.starts(with: self.bzip2.start), head.dropFirst(4).starts(with: self.bzip2.block) else { return nil }
        return "bzip2"
    }
}
