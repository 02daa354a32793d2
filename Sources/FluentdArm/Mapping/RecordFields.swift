internal import JSONRPC

/// The members of a JSON record, found in one pass and still lying where they were.
struct RecordFields {
    /// A value as it stands in the record.
    enum Value {
        case text(JSONText)
        case other(Range<Int>)
    }

    /// Which member is meant; of repeated ones the last counts.
    enum Name: Int, CaseIterable {
        case message
        case host
        case type
        case status
        case severity
    }

    private var values: [Value?] = Array(repeating: nil, count: Name.allCases.count)
    /// All other members: where the key stands with its quotes, and the value.
    private(set) var rest: [(key: Range<Int>, value: Range<Int>)] = []

    subscript(_ name: Name) -> Value? { self.values[name.rawValue] }

    /// Reads a record.
    ///
    /// - Returns: whether it is one JSON object; if not, nothing of it is kept.
    mutating func read(_ record: Span<UInt8>) -> Bool {
        self.clear()
        do {
            var reader = try JSONReader(record, invalidUTF8: .repair)
            guard try reader.peekKind() == .object else { return false }
            try reader.beginObject()
            while let key = try reader.nextKey() {
                if let name = Self.name(of: key, in: reader) {
                    self.values[name.rawValue] = try Self.value(&reader)
                } else {
                    let value = try reader.skipValue()
                    self.rest.append((key.start - 1..<key.end + 1, value))
                }
            }
            try reader.finish()
            return true
        } catch {
            self.clear()
            return false
        }
    }

    private mutating func clear() {
        for index in self.values.indices { self.values[index] = nil }
        self.rest.removeAll(keepingCapacity: true)
    }

    private static func value(_ reader: inout JSONReader) throws(JSONError) -> Value? {
        switch try reader.peekKind() {
        case .string: return .text(try reader.readText())
        case .null:
            try reader.readNull()
            return nil
        default: return .other(try reader.skipValue())
        }
    }

    private static func name(of key: JSONText, in reader: borrowing JSONReader) -> Name? {
        switch key.end - key.start {
        case 4: reader.text(key, is: "host") ? .host : reader.text(key, is: "type") ? .type : nil
        case 6: reader.text(key, is: "status") ? .status : nil
        case 7: reader.text(key, is: "message") ? .message : nil
        case 8: reader.text(key, is: "severity") ? .severity : nil
        default: nil
        }
    }
}
