internal import JSONRPC

/// Writes MessagePack values as JSON.
///
/// Binaries count as text. Text that is not UTF-8 gets U+FFFD; a number that JSON lacks (not-a-number, infinity) becomes
/// null, an event time the number of seconds, any other extension a string of hexadecimal digits. Keys that are
/// numbers, booleans or nil become strings.
enum MessagePackJSON {
    /// How deep arrays and maps may be nested.
    static let deepest = 32

    /// Appends the next value.
    ///
    /// After a failure the JSON is incomplete; the caller takes back what was appended.
    static func append(
        _ reader: inout MessagePackReader,
        to json: inout [UInt8],
        depth: Int = 0
    ) throws(MessagePackError) {
        let header = try reader.header()
        switch header {
        case .array(let count):
            guard depth < self.deepest else { throw .tooDeep }
            json.append(UInt8(ascii: "["))
            for index in 0..<count {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                try self.append(&reader, to: &json, depth: depth + 1)
            }
            json.append(UInt8(ascii: "]"))
        case .map(let count):
            guard depth < self.deepest else { throw .tooDeep }
            json.append(UInt8(ascii: "{"))
            for index in 0..<count {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                try self.appendKey(&reader, to: &json)
                json.append(UInt8(ascii: ":"))
                try self.append(&reader, to: &json, depth: depth + 1)
            }
            json.append(UInt8(ascii: "}"))
        default:
            try self.appendScalar(header, &reader, to: &json)
        }
    }

    private static func appendKey(_ reader: inout MessagePackReader, to json: inout [UInt8]) throws(MessagePackError) {
        let header = try reader.header()
        switch header {
        case .string, .binary:
            try self.appendScalar(header, &reader, to: &json)
        case .array, .map, .extension:
            throw .wrongType
        case .null, .boolean, .unsigned, .signed, .float:
            json.append(UInt8(ascii: "\""))
            try self.appendScalar(header, &reader, to: &json)
            json.append(UInt8(ascii: "\""))
        }
    }

    private static func appendScalar(
        _ header: MessagePackHeader,
        _ reader: inout MessagePackReader,
        to json: inout [UInt8]
    ) throws(MessagePackError) {
        switch header {
        case .null: json.append("null")
        case .boolean(let value): json.append(value ? "true" : "false")
        case .signed(let value): json.appendDecimal(value)
        case .unsigned(let value):
            if let value = Int64(exactly: value) {
                json.appendDecimal(value)
            } else {
                json.append(contentsOf: value.description.utf8)
            }
        case .float(let value):
            if value.isFinite { json.append(contentsOf: value.description.utf8) } else { json.append("null") }
        case .string(let length), .binary(let length):
            let text = try reader.payload(length)
            json.appendJSON(utf8: reader.bytes.extracting(text))
        case .extension(let type, let length):
            let payload = try reader.payload(length)
            self.appendExtension(type, reader.bytes.extracting(payload), to: &json)
        case .array, .map: throw .wrongType
        }
    }

    private static func appendExtension(_ type: Int8, _ payload: Span<UInt8>, to json: inout [UInt8]) {
        if let time = ForwardTime.eventTime(type, payload) {
            json.appendDecimal(time.seconds)
            json.append(UInt8(ascii: "."))
            let digits = String(time.nanoseconds)
            json.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 9 - digits.utf8.count))
            json.append(contentsOf: digits.utf8)
            return
        }
        let digits: [UInt8] = Array("0123456789abcdef".utf8)
        json.append(UInt8(ascii: "\""))
        for index in payload.indices {
            json.append(digits[Int(payload[index] >> 4)])
            json.append(digits[Int(payload[index] & 15)])
        }
        json.append(UInt8(ascii: "\""))
    }
}
