internal import Glibc

/// A directory that is gone, with its content, when nobody refers to this object any more.
public final class TemporaryDirectory: Sendable {
    /// Its absolute path.
    public let path: String

    /// Creates it below `$TMPDIR` or `/tmp`.
    public init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/hatohol-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TestFailure("mkdtemp below \(base): \(String(cString: strerror(errno)))")
        }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.path = path
        AtExit.run { Self.remove(path) }
    }

    deinit { Self.remove(self.path) }

    private static func remove(_ path: String) {
        if access(path, F_OK) == 0 { _ = try? Command.run("rm", ["-rf", "--", path]) }
    }

    /// The path of something in it.
    public func file(_ name: String) -> String { "\(self.path)/\(name)" }

    /// Writes a file into it and returns its path.
    @discardableResult
    public func write(_ content: String, to name: String, mode: UInt32 = 0o600) throws -> String {
        let path = self.file(name)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw TestFailure("cannot write \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var content = content
        let isWritten = content.withUTF8 { Glibc.write(descriptor, $0.baseAddress, $0.count) == $0.count }
        guard isWritten else { throw TestFailure("cannot write \(path)") }
        return path
    }
}

/// Returns the content of a file.
public func contents(of path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TestFailure("cannot read \(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        guard count > 0 else { return bytes }
        bytes += chunk[..<count]
    }
}

/// A name nobody else uses, for queues, virtual hosts and the like.
public func uniqueName(_ prefix: String) -> String { "\(prefix)-\(String(UInt64.random(in: 0 ... .max), radix: 36))" }
