internal import CertificateAuthority

/// Files that operators name.
enum Files {
    /// Reads a file of at most 16 MiB.
    static func read(_ path: String) throws -> [UInt8] { try OperatorFile(path).read() }

    /// Says no before any work is done.
    static func refuseExisting(_ path: String) throws { try OperatorFile(path).refuseExisting() }

    /// Says no where one of the files is there already, unless `force`.
    static func refuseExisting(_ paths: [String], force: Bool) throws {
        if !force { try paths.forEach(Self.refuseExisting) }
    }

    /// Writes a file, whole and durable; an existing one is refused unless `force`.
    static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644, force: Bool = false) throws {
        try OperatorFile(path).write(bytes, mode: mode, force: force)
    }
}
