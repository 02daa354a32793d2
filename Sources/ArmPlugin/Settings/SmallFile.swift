internal import Glibc

/// Reads files that are expected to be small, such as configuration.
public enum SmallFile {
    /// Reads a whole file as text; bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: the largest size taken, in bytes.
    /// - Returns: its content.
    /// - Throws: ``SettingsError`` that names the file and says why.
    public static func text(of path: String, limit: Int = 1 << 20) throws(SettingsError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SettingsError(place: path, reason: self.reason(errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let count = self.read(descriptor, into: &bytes)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count < 0, errno != EINTR { throw SettingsError(place: path, reason: self.reason(errno)) }
        }
        throw SettingsError(place: path, reason: "is larger than \(limit) bytes")
    }

    /// Whether a file is there, whatever it holds.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Why a file cannot be read, or `nil` if it can.
    public static func whyUnreadable(_ path: String) -> String? {
        access(path, R_OK) == 0 ? nil : self.reason(errno)
    }

    /// Whether others than its owner may read a file.
    public static func isReadableByOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o077 != 0
    }

    private static func read(_ descriptor: Int32, into bytes: inout [UInt8]) -> Int {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { bytes.append(contentsOf: chunk[..<count]) }
        return count
    }

    private static func reason(_ code: Int32) -> String {
        "cannot be read: " + String(cString: strerror(code))
    }
}
