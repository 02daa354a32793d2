public import JSONRPC

/// The call getMonitoringServerInfo, whose params say nothing.
public enum GetMonitoringServerInfo {
    /// The params: an empty string, as HAPI wants it.
    public static let params: [UInt8] = Array("\"\"".utf8)

    /// Whether params are among the forms in which peers say nothing: missing, `""`, `{}`, `[]`, `null`.
    ///
    /// The original server never looks; a server may answer other params as well, and note them.
    public static func isEmpty(_ params: JSONValue?) -> Bool {
        guard let params else { return true }
        do {
            var reader = try params.reader()
            switch try reader.peekKind() {
            case .null: return true
            case .string:
                let text = try reader.readText()
                return text.start == text.end
            case .object:
                try reader.beginObject()
                return try reader.nextKey() == nil
            case .array:
                try reader.beginArray()
                return try !reader.nextElement()
            case .boolean, .number: return false
            }
        } catch {
            return false
        }
    }
}
