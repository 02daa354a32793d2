internal import JSONRPC

/// The structured data of an RFC 5424 message (section 6.3).
///
/// At most ``largestCount`` elements, no two of one name, and as many parameters in each; a message with more is kept as
/// plain text.
public enum SyslogStructuredData {
    /// How many elements a message, and how many parameters an element, may have.
    public static let largestCount = 64

    /// Moves past the elements and says where they were; `nil` when they are not well formed.
    static func skip(_ cursor: inout SyslogCursor) -> Range<Int>? {
        let start = cursor.position
        let bytes = cursor.bytes
        var names: [Range<Int>] = []
        while cursor.skip(UInt8(ascii: "[")) {
            guard names.count < self.largestCount, let name = self.name(&cursor),
                !names.contains(where: { bytes.same($0, name) })
            else { return nil }
            names.append(name)
            var parameters = 0
            while cursor.skip(UInt8(ascii: " ")) {
                parameters += 1
                guard parameters <= self.largestCount, self.parameter(&cursor) != nil else { return nil }
            }
            guard cursor.skip(UInt8(ascii: "]")) else { return nil }
        }
        return names.isEmpty ? nil : start..<cursor.position
    }

    /// Appends checked structured data as a JSON object of objects: `{"id":{"name":"value"}}`.
    ///
    /// A parameter that occurs more than once in its element, which the RFC allows, becomes an array.
    static func appendJSON(_ bytes: Span<UInt8>, to json: inout [UInt8]) {
        var cursor = SyslogCursor(bytes)
        var separator = UInt8(ascii: "{")
        while cursor.skip(UInt8(ascii: "[")), let name = self.name(&cursor) {
            json.append(separator)
            json.appendJSON(utf8: bytes.extracting(name))
            json.append(UInt8(ascii: ":"))
            self.appendParameters(&cursor, to: &json)
            separator = UInt8(ascii: ",")
        }
        json.append(UInt8(ascii: "}"))
    }

    private static func appendParameters(_ cursor: inout SyslogCursor, to json: inout [UInt8]) {
        var parameters: [(name: Range<Int>, value: Range<Int>)] = []
        while cursor.skip(UInt8(ascii: " ")), let parameter = self.parameter(&cursor) { parameters.append(parameter) }
        _ = cursor.skip(UInt8(ascii: "]"))
        let bytes = cursor.bytes
        json.append(UInt8(ascii: "{"))
        for (index, parameter) in parameters.enumerated() {
            guard !parameters[..<index].contains(where: { bytes.same($0.name, parameter.name) }) else { continue }
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json.appendJSON(utf8: bytes.extracting(parameter.name))
            json.append(UInt8(ascii: ":"))
            let values = parameters[index...].filter { bytes.same($0.name, parameter.name) }.map(\.value)
            if values.count > 1 { json.append(UInt8(ascii: "[")) }
            for (index, value) in values.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                self.appendValue(bytes.extracting(value), to: &json)
            }
            if values.count > 1 { json.append(UInt8(ascii: "]")) }
        }
        json.append(UInt8(ascii: "}"))
    }

    /// A backslash counts only before `"`, `\` and `]`; before anything else it stands for itself (section 6.3.3).
    private static func appendValue(_ value: Span<UInt8>, to json: inout [UInt8]) {
        var plain: [UInt8] = []
        plain.reserveCapacity(value.count)
        var index = 0
        while index < value.count {
            if value[index] == UInt8(ascii: "\\"), index + 1 < value.count, value[index + 1].isEscapable { index += 1 }
            plain.append(value[index])
            index += 1
        }
        json.appendJSON(utf8: plain.span)
    }

    /// SD-ID and PARAM-NAME: 1 to 32 visible characters other than `=`, `]` and `"`.
    private static func name(_ cursor: inout SyslogCursor) -> Range<Int>? {
        let name = cursor.take(atMost: 32) { byte in
            byte.isVisible && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "]") && byte != UInt8(ascii: "\"")
        }
        return name.isEmpty ? nil : name
    }

    private static func parameter(_ cursor: inout SyslogCursor) -> (name: Range<Int>, value: Range<Int>)? {
        guard let name = self.name(&cursor), cursor.skip(UInt8(ascii: "=")), cursor.skip(UInt8(ascii: "\"")) else {
            return nil
        }
        let start = cursor.position
        while let byte = cursor.next, byte != UInt8(ascii: "\"") {
            guard byte != UInt8(ascii: "]") else { return nil }
            cursor.position += 1
            if byte == UInt8(ascii: "\\"), cursor.next?.isEscapable == true { cursor.position += 1 }
        }
        let value = start..<cursor.position
        return cursor.skip(UInt8(ascii: "\"")) ? (name, value) : nil
    }
}

extension UInt8 {
    /// What a backslash takes its meaning from.
    fileprivate var isEscapable: Bool {
        self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") || self == UInt8(ascii: "]")
    }
}

extension Span<UInt8> {
    /// Whether two ranges hold the same bytes.
    fileprivate func same(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { self[$0] == self[$1] }
    }
}
