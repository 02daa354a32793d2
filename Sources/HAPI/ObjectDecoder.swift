internal import JSONRPC

/// Reads the members of one JSON object into typed values, noting every problem instead of stopping at the first.
///
/// A missing or unusable mandatory member is reported and yields a placeholder; ``HAPIObject/decode(_:)`` throws
/// the report at the end, so no placeholder gets out.
public struct ObjectDecoder: ~Escapable {
    struct Member {
        var key: JSONText
        var value: Range<Int>
        var kind: JSONKind
    }

    let bytes: Span<UInt8>
    let invalidUTF8: JSONReader.InvalidUTF8
    var members: [Member] = []
    var place = Place()
    var report = DecodingReport()

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, invalidUTF8: JSONReader.InvalidUTF8) {
        self.bytes = bytes
        self.invalidUTF8 = invalidUTF8
    }

    /// Collects the members of the object at a place of the text.
    mutating func enter(_ range: Range<Int>) throws(JSONError) {
        self.members.removeAll(keepingCapacity: true)
        var reader = try self.reader(range)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let kind = try reader.peekKind()
            let value = try reader.skipValue()
            let shift = range.lowerBound
            self.members.append(
                Member(
                    key: key.shifted(by: shift),
                    value: value.lowerBound + shift..<value.upperBound + shift,
                    kind: kind
                )
            )
        }
        try reader.finish()
    }

    /// A reader of one part of the text.
    @_lifetime(copy self)
    func reader(_ range: Range<Int>) throws(JSONError) -> JSONReader {
        try JSONReader(self.bytes.extracting(range), invalidUTF8: self.invalidUTF8)
    }

    /// The member of a name, the last if there are several; `nil` also when its value is `null`.
    func member(_ key: StaticString) -> Member? {
        guard let member = self.members.last(where: { self.matches($0.key, key) }), member.kind != .null else {
            return nil
        }
        return member
    }

    private func matches(_ text: JSONText, _ key: StaticString) -> Bool {
        guard text.isVerbatim else { return JSONReader.string(text, in: self.bytes) == key.description }
        return self.bytes.extracting(text.start..<text.end).says(key)
    }

    mutating func problem(_ key: StaticString, _ text: String) {
        self.report.problem(self.place, key.description, text)
    }

    mutating func note(_ key: StaticString, _ text: String) {
        self.report.note(self.place, key.description, text)
    }
}
