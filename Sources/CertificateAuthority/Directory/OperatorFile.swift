/// A file that an operator names: read within bounds, written whole, never replaced unasked.
public struct OperatorFile: Sendable {
    /// Its path.
    public let path: String

    /// The file of that path.
    public init(_ path: String) { self.path = path }

    /// Reads it; 16 MiB at most.
    public func read() throws -> [UInt8] { try FileSystem.read(self.path) }

    /// Whether it is there.
    public var exists: Bool { FileSystem.exists(self.path) }

    /// Throws when it is there.
    public func refuseExisting() throws { try FileSystem.refuseExisting(self.path) }

    /// Writes it whole and durable; an existing one is kept as `.old` with `force`, else refused.
    ///
    /// A new file gets exactly that mode. A replaced one keeps its owner and mode, links are followed, and devices are written to.
    public func write(_ bytes: [UInt8], mode: UInt32 = 0o644, force: Bool = false) throws {
        try FileSystem.create(bytes, at: self.path, mode: mode, replacing: force)
    }

    /// Gives it, a secret, another name; a file of that name is kept as `.old` with `force`, else refused.
    public func rename(to other: String, force: Bool = false) throws {
        guard FileSystem.exists(other) else { return try FileSystem.rename(self.path, to: other) }
        // Its owner and mode, and where a link leads, are those of the file that is there.
        try FileSystem.create(self.read(), at: other, mode: 0o600, replacing: force)
        try self.remove()
    }

    /// Removes it; a missing one is fine.
    public func remove() throws { try FileSystem.remove(self.path) }

    /// Makes a directory of that name, with its parents; an existing one is fine.
    public func makeDirectory() throws { try FileSystem.makeDirectory(self.path) }
}
