/// Something that writes itself as one JSON value.
public protocol JSONEncodable {
    /// Writes the value.
    func encode(to writer: inout JSONWriter)
}

extension JSONEncodable {
    /// The value as compact JSON.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        self.encode(to: &writer)
        return writer.bytes
    }
}

extension String: JSONEncodable {
    /// Writes a JSON string.
    public func encode(to writer: inout JSONWriter) { writer.value(self) }
}

extension JSONValue: JSONEncodable {
    /// Writes the bytes as they are.
    public func encode(to writer: inout JSONWriter) { writer.value(encoded: self.span) }
}
