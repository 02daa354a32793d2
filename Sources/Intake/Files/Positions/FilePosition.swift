/// How far a file was delivered, as it is stored with the records.
struct FilePosition: Hashable, Sendable {
    /// What the offset counts.
    enum Kind: UInt8, Hashable, Sendable {
        /// Bytes of the file.
        case plain = 0
        /// Bytes of what the file holds compressed.
        case compressed = 1
        /// Bytes of a compressed file of which nothing more is wanted.
        case done = 2
    }

    /// All keys of file positions begin like this.
    static let keyPrefix = "file:"
    private static let version: UInt8 = 4
    /// How long each version's header is: the first knew no head and no compressed files, the second not when a file was written, and the
    /// third not where symbolic links lead.
    private static let headerLengths: [UInt8: Int] = [1: 42, 2: 58, 3: 66, 4: 66]

    var identity: FileIdentity
    var kind: Kind
    /// The end of the last record that was delivered.
    var offset: Int
    /// What stood before the offset.
    var fingerprint: Fingerprint
    /// What stands at the beginning, up to the offset.
    var head: Fingerprint
    /// The line at the offset is the unwanted rest of one that was too long.
    var isPassingOver: Bool
    /// When the file was last written before the offset was reached, in nanoseconds since 1970.
    var modified: Int64
    /// The path under which the file was found first; its records are tagged with it.
    var path: String
    /// The path of the file itself, if the other one leads to it through a symbolic link; else the same.
    ///
    /// Rotation happens there: what becomes of the file is found beside it, not beside the link.
    var target: String

    init(
        identity: FileIdentity,
        kind: Kind = .plain,
        offset: Int,
        fingerprint: Fingerprint,
        head: Fingerprint = Fingerprint([]),
        isPassingOver: Bool,
        modified: Int64 = .max,
        path: String,
        target: String? = nil
    ) {
        self.identity = identity
        self.kind = kind
        self.offset = offset
        self.fingerprint = fingerprint
        self.head = head
        self.isPassingOver = isPassingOver
        self.modified = modified
        self.path = path
        self.target = target ?? path
    }

    /// The position in the same file before anything was read.
    var atBeginning: FilePosition {
        FilePosition(
            identity: self.identity,
            offset: 0,
            fingerprint: Fingerprint([]),
            isPassingOver: false,
            path: self.path,
            target: self.target
        )
    }

    /// The key under which it is stored.
    var key: String { Self.key(of: self.identity) }

    /// The key under which the position of a file is stored.
    static func key(of identity: FileIdentity) -> String {
        Self.keyPrefix + String(identity.device, radix: 16) + ":" + String(identity.inode, radix: 16)
    }

    /// To be stored with the records before the offset.
    var stored: SourcePosition {
        var value: [UInt8] = [Self.version, (self.isPassingOver ? 1 : 0) | self.kind.rawValue << 1]
        let numbers = [
            self.identity.device, self.identity.inode, UInt64(self.offset), UInt64(self.fingerprint.length),
            self.fingerprint.hash, UInt64(self.head.length), self.head.hash, UInt64(bitPattern: self.modified),
        ]
        for number in numbers { withUnsafeBytes(of: number.littleEndian) { value.append(contentsOf: $0) } }
        value.append(contentsOf: self.path.utf8)
        // No path has a zero byte in it.
        if self.target != self.path { value += [0] + self.target.utf8 }
        return SourcePosition(key: self.key, value: value)
    }

    /// To be stored when the file is no longer of interest.
    var removal: SourcePosition { Self.removal(of: self.identity) }

    /// To be stored when a file is no longer of interest.
    static func removal(of identity: FileIdentity) -> SourcePosition {
        SourcePosition(key: self.key(of: identity), value: [])
    }
}

extension FilePosition {
    /// To be stored when nothing more is wanted of an open file as long as it has this size, whatever was read of it.
    static func done(_ file: ListedFile, descriptor: CInt) -> Self {
        FilePosition(
            identity: file.identity,
            kind: .done,
            offset: file.size,
            fingerprint: Fingerprint(OpenFile.bytes(of: descriptor, before: file.size)[...]),
            isPassingOver: false,
            path: file.path,
            target: file.target
        )
    }

    /// Reads a stored position; `nil` if it is none or from another version.
    init?(_ stored: SourcePosition) {
        let value = stored.value
        guard stored.key.hasPrefix(Self.keyPrefix), let version = value.first,
            let length = Self.headerLengths[version], value.count >= length
        else { return nil }
        func number(_ index: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(value[2 + index * 8 + $1]) << UInt64($1 * 8) }
        }
        func fingerprint(_ index: Int) -> Fingerprint? {
            guard let length = Int(exactly: number(index)), length <= Fingerprint.window else { return nil }
            return Fingerprint(length: length, hash: number(index + 1))
        }
        guard let kind = Kind(rawValue: value[1] >> 1), let offset = Int(exactly: number(2)),
            let tail = fingerprint(3), tail.length <= offset,
            let head = version == 1 ? Fingerprint([]) : fingerprint(5), head.length <= offset
        else { return nil }
        let paths = value[length...].split(separator: 0, maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
        guard let path = paths.first else { return nil }
        self.init(
            identity: FileIdentity(device: number(0), inode: number(1)),
            kind: kind,
            offset: offset,
            fingerprint: tail,
            head: head,
            isPassingOver: value[1] & 1 == 1,
            modified: version < 3 ? .max : Int64(bitPattern: number(7)),
            path: path,
            target: paths.count > 1 ? paths[1] : nil
        )
    }
}
