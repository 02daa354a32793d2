internal import Glibc

extension String {
    /// The text with U+FFFD in place of U+0000, at which SQLite's text functions would end.
    var storable: String {
        guard self.hasNUL else { return self }
        return String(String.UnicodeScalarView(self.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }

    fileprivate var hasNUL: Bool {
        self.withLentUTF8 { text in text.baseAddress.map { memchr($0, 0, text.count) != nil } ?? false }
    }

    /// Lends the UTF-8 without copying; native strings, and so all on Linux, have it at hand.
    @inline(__always)
    func withLentUTF8<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        if let result = try self.utf8.withContiguousStorageIfAvailable(body) { return result }
        var copy = self
        return try copy.withUTF8(body)
    }
}

extension NewEvent {
    /// The event with each text as the store can keep it; nearly always the event itself.
    var storable: NewEvent {
        guard self.hasNUL else { return self }
        var event = self
        event.eventID = event.eventID.storable
        event.triggerID = event.triggerID.storable
        event.hostID = event.hostID.storable
        event.hostName = event.hostName.storable
        event.brief = event.brief.storable
        event.extendedInfo = event.extendedInfo.storable
        return event
    }

    private var hasNUL: Bool {
        self.eventID.hasNUL || self.triggerID.hasNUL || self.hostID.hasNUL || self.hostName.hasNUL || self.brief.hasNUL
            || self.extendedInfo.hasNUL
    }
}
