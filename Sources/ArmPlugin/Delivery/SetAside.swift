internal import Glibc
internal import JSONRPC
internal import Spool

/// Keeps batches that the server refuses for good, as files a person can look at and send again.
///
/// Each file holds one JSON object: `error` is the server's answer, `params` those of putEvents.
struct SetAside {
    let directory: String

    /// Writes a batch to the disk for good and returns the path of the file.
    func keep(_ batch: SpooledBatch, because error: ErrorObject) throws(SettingsError) -> String {
        let path = "\(self.directory)/events-\(batch.firstSequence)-\(batch.count).json"
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        error.encode(to: &writer)
        writer.key("params")
        writer.value(encoded: batch.payload.span)
        writer.endObject()
        if mkdir(self.directory, 0o700) != 0, errno != EEXIST { throw self.failure(self.directory) }
        try self.write(writer.bytes + [UInt8(ascii: "\n")], to: path)
        try self.synchronise(self.directory)
        return path
    }

    private func write(_ bytes: [UInt8], to path: String) throws(SettingsError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw self.failure(path) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { throw self.failure(path) }
            rest = rest.dropFirst(max(count, 0))
        }
        guard fsync(descriptor) == 0 else { throw self.failure(path) }
    }

    /// Makes a new name in a directory durable.
    private func synchronise(_ directory: String) throws(SettingsError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw self.failure(directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw self.failure(directory) }
    }

    private func failure(_ path: String) -> SettingsError {
        SettingsError(place: path, reason: "cannot be written: " + String(cString: strerror(errno)))
    }
}
