internal import Glibc
internal import JSONRPC
internal import Spool

/// Keeps batches that the server refuses for good, as files a person can look at and send again.
///
/// Each file holds one JSON object: `error` is the server's answer, `params` those of putEvents. Its name has the id of the
/// batch's first event, as numbers alone begin anew with each spool. No file is ever replaced.
struct SetAside {
    let directory: String

    /// How many files of one name there may be; more are a fault that somebody has to look at.
    private static let mostOfOneName = 1000

    /// Writes a batch to the disk for good and returns the path of the file.
    func keep(_ batch: SpooledBatch, because error: ErrorObject) throws(SettingsError) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        error.encode(to: &writer)
        writer.key("params")
        writer.value(encoded: batch.payload.span)
        writer.endObject()
        if mkdir(self.directory, 0o700) != 0, errno != EEXIST { throw self.failure(self.directory) }
        let draft = "\(self.directory)/.events.json"
        try self.write(writer.bytes + [UInt8(ascii: "\n")], to: draft)
        defer { unlink(draft) }
        let path = try self.publish(
            draft,
            as: "events-\(batch.firstEventID ?? "\(batch.firstSequence)")-\(batch.count)"
        )
        try self.synchronise(self.directory)
        return path
    }

    /// Gives a finished file the first name that is free; link(2) fails if there is a file of that name.
    private func publish(_ draft: String, as name: String) throws(SettingsError) -> String {
        var path = "\(self.directory)/\(name).json"
        for number in 2...Self.mostOfOneName {
            if link(draft, path) == 0 { return path }
            guard errno == EEXIST else { break }
            path = "\(self.directory)/\(name)-\(number).json"
        }
        throw self.failure(path)
    }

    private func write(_ bytes: [UInt8], to path: String) throws(SettingsError) {
        // What an attempt that failed has left behind, for example on a full disk, is nobody's.
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
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

extension SpooledBatch {
    /// The id of its first event, as it stands in the payload that ``BatchEncoder`` wrote; `nil` if there is none.
    var firstEventID: String? {
        let key = Array("\"eventId\":\"".utf8)
        guard let start = self.payload.firstRange(of: key)?.upperBound else { return nil }
        let id = String(decoding: self.payload[start...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
        // It becomes the name of a file.
        let isPlain = id.utf8.allSatisfy {
            Character(Unicode.Scalar($0)).isLetter || $0 == UInt8(ascii: "-") || $0 &- 48 <= 9
        }
        return isPlain && EventID.parse(id) != nil ? id : nil
    }
}
