internal import Operations
internal import Store

extension EventCursor {
    /// The cursor as clients see it: nothing they should take apart.
    var text: String { Secret.base64URL(Array("\(self.time.nanoseconds).\(self.id)".utf8)) }

    /// Reads a cursor that a client gives back.
    init(text: String) throws(Problem) {
        let parts = Secret.bytes(base64URL: text).map { String(decoding: $0, as: UTF8.self).split(separator: ".") }
        guard let parts, parts.count == 2, let time = Int64(parts[0]), let id = Int64(parts[1]) else {
            throw .bad("cursor", "this is no cursor; take it from the page before")
        }
        self.init(time: Timestamp(nanoseconds: time), id: id)
    }
}

extension Timestamp {
    /// The last moment that is a whole multiple of so many seconds.
    func floored(seconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: self.nanoseconds / (seconds * 1_000_000_000) * (seconds * 1_000_000_000))
    }

    /// Without the fraction, for people: `2026-01-02 03:04:05`.
    var short: String { String(self.description.prefix(19)).replacingT }
}

extension String {
    fileprivate var replacingT: String { String(self.map { $0 == "T" ? " " : $0 }) }
}
