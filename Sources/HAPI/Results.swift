public import JSONRPC

/// The answer to a put procedure.
public enum PutResult: String, Hashable, Sendable, JSONEncodable {
    case success = "SUCCESS"
    /// Not applied; the standard reaction is to call again. Also the answer to anything before profiles are exchanged.
    case failure = "FAILURE"

    /// Reads a peer's answer; whatever is not `"SUCCESS"` is a failure.
    public init(result: JSONValue) {
        self = result.string == Self.success.rawValue ? .success : .failure
    }

    /// Writes the word.
    public func encode(to writer: inout JSONWriter) { writer.value(self.rawValue) }
}

/// The answer to a fetch procedure, given at once; the data follow in a put with the same fetchId.
public enum FetchResult: String, Hashable, Sendable, JSONEncodable {
    case success = "SUCCESS"
    /// Declined because requests come too fast. The original server takes it for a failure.
    case abbreviated = "ABBREV"
    case failure = "FAILURE"

    /// Reads a peer's answer; an unknown one is a failure.
    public init(result: JSONValue) {
        self = result.string.flatMap(Self.init(rawValue:)) ?? .failure
    }

    /// Writes the word.
    public func encode(to writer: inout JSONWriter) { writer.value(self.rawValue) }
}

extension JSONValue {
    /// Whether a result is the bare `"FAILURE"` that a peer gives before profiles are exchanged, whatever the method.
    public var isFailure: Bool { self.string == PutResult.failure.rawValue }
}
