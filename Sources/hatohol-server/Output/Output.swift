internal import Glibc
internal import JSONRPC
internal import Operations

/// Standard output: lines for people, or one JSON object per line for programs.
struct Output: ~Copyable {
    private var buffer: [UInt8] = []
    private static let capacity = 1 << 16

    init() { self.buffer.reserveCapacity(Self.capacity + 4096) }

    deinit { Self.write(self.buffer) }

    /// Writes a line.
    mutating func line(_ text: String) {
        self.buffer.append(contentsOf: text.utf8)
        self.endLine()
    }

    /// Writes a text that has its ends of lines.
    mutating func write(_ text: String) {
        self.buffer.append(contentsOf: text.utf8)
        self.flushWhenFull()
    }

    /// Writes JSON on a line of its own.
    mutating func write(_ json: JSON) {
        self.buffer.append(contentsOf: json.encoded)
        self.endLine()
    }

    /// Writes one JSON object on a line of its own.
    mutating func object(_ members: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(appendingTo: self.buffer)
        self.buffer = []
        writer.beginObject()
        members(&writer)
        writer.endObject()
        self.buffer = writer.bytes
        self.endLine()
    }

    /// Hands over what was written, for readers that wait for each line.
    mutating func flush() {
        Self.write(self.buffer)
        self.buffer.removeAll(keepingCapacity: true)
    }

    private mutating func endLine() {
        self.buffer.append(UInt8(ascii: "\n"))
        self.flushWhenFull()
    }

    private mutating func flushWhenFull() {
        if self.buffer.count >= Self.capacity { self.flush() }
    }

    private static func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
                let count = Glibc.write(STDOUT_FILENO, base, rest.count)
                if count < 0, errno != EINTR { exit(1) }  // nobody reads any more, or the disk is full
                rest = rest.dropFirst(max(count, 0))
            }
        }
    }
}

extension JSONWriter {
    mutating func member(_ key: StaticString, _ value: String) {
        self.key(key)
        self.value(value)
    }

    mutating func member(_ key: StaticString, _ value: Int64) {
        self.key(key)
        self.value(value)
    }

    mutating func member(_ key: StaticString, _ value: Bool) {
        self.key(key)
        self.value(value)
    }

    /// Writes null when there is no value.
    mutating func member(_ key: StaticString, optional value: String?) {
        self.key(key)
        if let value { self.value(value) } else { self.null() }
    }

    mutating func member(_ key: StaticString, list: [String]) {
        self.key(key)
        self.beginArray()
        for value in list { self.value(value) }
        self.endArray()
    }
}
