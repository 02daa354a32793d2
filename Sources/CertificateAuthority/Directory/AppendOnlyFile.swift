internal import Glibc

/// A file of lines that only grows, each line complete on disk before anybody relies on it.
struct AppendOnlyFile {
    let path: String

    /// Adds one line.
    func append(_ line: String) throws {
        let step = "writing \(self.path)"
        let file = open(self.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileSystem.failure(step) }
        defer { close(file) }
        let size = lseek(file, 0, SEEK_END)
        do {
            try FileSystem.writeAll(Array((line + "\n").utf8), to: file, step)
            guard fsync(file) == 0 else { throw FileSystem.failure(step) }
        } catch {
            // What a full disk took of the line would spoil the next one.
            ftruncate(file, size)
            throw error
        }
    }

    /// The lines; a last one without line feed is not counted.
    func lines() throws -> [Substring] {
        guard let bytes = try FileSystem.readIfThere(self.path, limit: 1 << 30) else { return [] }
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0
        return String(decoding: bytes[..<end], as: UTF8.self).utf8.split(separator: UInt8(ascii: "\n")).map {
            Substring($0)
        }
    }

    /// The last complete line, read from the end of the file.
    func lastLine() throws -> String? {
        let step = "reading \(self.path)"
        let file = open(self.path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw FileSystem.failure(step)
        }
        defer { close(file) }
        let size = lseek(file, 0, SEEK_END)
        let window = min(size, 1 << 17)
        var bytes = [UInt8](repeating: 0, count: Int(window))
        guard pread(file, &bytes, bytes.count, size - window) == window else { throw FileSystem.failure(step) }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").last.map(String.init)
    }

    /// Cuts off what a crash left of a line.
    func dropTornLine() throws {
        let step = "repairing \(self.path)"
        let file = open(self.path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return }
            throw FileSystem.failure(step)
        }
        defer { close(file) }
        var end = lseek(file, 0, SEEK_END)
        let size = end
        var byte: UInt8 = 0
        while end > 0 {
            guard pread(file, &byte, 1, end - 1) == 1 else { throw FileSystem.failure(step) }
            if byte == UInt8(ascii: "\n") { break }
            end -= 1
        }
        if end != size, ftruncate(file, end) != 0 || fsync(file) != 0 { throw FileSystem.failure(step) }
    }
}

/// Names and values on one line, as `name=value` between tabs; any text is allowed as value.
struct Fields: Equatable {
    var pairs: [(name: String, value: String)] = []

    init(_ pairs: [(name: String, value: String)]) { self.pairs = pairs }

    init(_ parts: some Sequence<Substring>) {
        self.pairs = parts.compactMap { part in
            guard let equals = part.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            return (String(part[..<equals]), Self.unescaped(part[part.utf8.index(after: equals)...]))
        }
    }

    static func == (left: Fields, right: Fields) -> Bool { left.line == right.line }

    /// The value of a name; the last one counts.
    subscript(name: String) -> String? { self.pairs.last { $0.name == name }?.value }

    /// The values of a name that may be there several times.
    func all(_ name: String) -> [String] { self.pairs.filter { $0.name == name }.map(\.value) }

    var line: String { self.pairs.map { "\($0.name)=\(Self.escaped($0.value))" }.joined(separator: "\t") }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "%") || $0 == 0x7F }) else { return value }
        var result = ""
        for scalar in value.unicodeScalars {
            if scalar.value < 0x20 || scalar == "%" || scalar.value == 0x7F {
                result += "%" + [UInt8(scalar.value)].hexadecimal
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func unescaped(_ value: Substring) -> String {
        guard value.utf8.contains(UInt8(ascii: "%")) else { return String(value) }
        var bytes: [UInt8] = []
        var rest = Array(value.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
