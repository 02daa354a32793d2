/// How far a file was delivered, as it is stored with the records.
struct FilePosition: Hashable, Sendable {
    /// All keys of file positions begin like this.
    static let keyPrefix = "file:"
    private static let version: UInt8 = 1

    var identity: FileIdentity
    /// The end of the last line that was delivered.
    var offset: Int
    /// What stood before the offset.
    var fingerprint: Fingerprint
    /// The line at the offset is the unwanted rest of one that was too long.
    var isPassingOver: Bool
    /// The path under which the file was found first; its records are tagged with it.
    var path: String

    /// The key under which it is stored.
    var key: String {
        Self.keyPrefix + String(self.identity.device, radix: 16) + ":" + String(self.identity.inode, radix: 16)
    }

    /// To be stored with the records before the offset.
    var stored: SourcePosition {
        var value: [UInt8] = [Self.version, self.isPassingOver ? 1 : 0]
        let numbers = [
            self.identity.device, self.identity.inode, UInt64(self.offset), UInt64(self.fingerprint.length),
            self.fingerprint.hash,
        ]
        for number in numbers { withUnsafeBytes(of: number.littleEndian) { value.append(contentsOf: $0) } }
        value.append(contentsOf: self.path.utf8)
        return SourcePosition(key: self.key, value: value)
    }

    /// To be stored when the file is no longer of interest.
    var removal: SourcePosition { SourcePosition(key: self.key, value: []) }

    init(identity: FileIdentity, offset: Int, fingerprint: Fingerprint, isPassingOver: Bool, path: String) {
        self.identity = identity
        self.offset = offset
        self.fingerprint = fingerprint
        self.isPassingOver = isPassingOver
        self.path = path
    }

    /// Reads a stored position; `nil` if it is none or from another version.
    init?(_ stored: SourcePosition) {
        let value = stored.value
        guard stored.key.hasPrefix(Self.keyPrefix), value.count >= 42, value[0] == Self.version else { return nil }
        func number(_ index: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(value[2 + index * 8 + $1]) << UInt64($1 * 8) }
        }
        guard let offset = Int(exactly: number(2)), let length = Int(exactly: number(3)),
            length <= Fingerprint.window, length <= offset
        else { return nil }
        self.init(
            identity: FileIdentity(device: number(0), inode: number(1)),
            offset: offset,
            fingerprint: Fingerprint(length: length, hash: number(4)),
            isPassingOver: value[1] & 1 == 1,
            path: String(decoding: value[42...], as: UTF8.self)
        )
    }
}
