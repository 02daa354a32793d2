import Glibc

/// A directory that goes when the test does.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/intake-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("no temporary directory: \(errno)") }
        self.path = String(cString: made)
    }

    deinit { Self.removeTree(self.path) }

    func file(_ name: String) -> String { "\(self.path)/\(name)" }

    private static func removeTree(_ path: String) {
        if let handle = opendir(path) {
            defer { closedir(handle) }
            while let entry = readdir(handle) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                guard name != ".", name != ".." else { continue }
                let child = "\(path)/\(name)"
                if entry.pointee.d_type == UInt8(DT_DIR) { self.removeTree(child) } else { unlink(child) }
            }
        }
        rmdir(path)
    }
}

/// Appends to a file, as a program that logs does: opened once, written line by line.
final class LogWriter {
    private let descriptor: CInt

    init(_ path: String, flags: CInt = O_APPEND) {
        self.descriptor = open(path, O_WRONLY | O_CREAT | flags, 0o644)
        precondition(self.descriptor >= 0, "cannot write \(path): \(errno)")
    }

    deinit { close(self.descriptor) }

    func write(_ text: String) { self.write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        precondition(Glibc.write(self.descriptor, bytes, bytes.count) == bytes.count, "short write: \(errno)")
    }

    func truncate() { ftruncate(self.descriptor, 0) }
}
