/// One JSON-RPC 2.0 message, told apart by its members and checked from end to end.
///
/// An object with `method` is a request or, without `id`, a notification; else one with `result` or `error` is a response.
/// `jsonrpc` is not looked at, since peers send it in several forms or not at all. Params and results stay bytes.
public enum Message: Sendable {
    /// A call that awaits an answer carrying this id.
    case request(Call, id: MessageID)
    /// A call that must not be answered.
    case notification(Call)
    /// The good answer to a call of ours.
    case result(JSONValue, id: MessageID)
    /// The bad answer to a call of ours; with the id `null` it cannot be matched and is to be logged only.
    case failure(ErrorObject, id: MessageID)
    /// Bytes that are none of these.
    case malformed(Malformed)

    /// A method and what it is called with.
    public struct Call: Hashable, Sendable {
        /// The method's name, as sent.
        public var method: String
        /// The params; `nil` if the member is missing.
        public var params: JSONValue?

        /// Names a call.
        public init(method: String, params: JSONValue?) {
            self.method = method
            self.params = params
        }
    }

    /// What is wrong with a message, and how to answer it if it may be answered.
    public struct Malformed: Hashable, Sendable {
        /// The error to answer with: -32700 or -32600.
        public var error: ErrorObject
        /// The id to answer to, `null` where none could be read.
        public var id: MessageID
        /// False for what looks like a response: answering one could go on for ever.
        public var isAnswerable: Bool
    }

    /// Reads a message.
    ///
    /// - Parameters:
    ///   - bytes: the whole body; the parts of the message share it, nothing is copied.
    ///   - limits: what is refused as too large or too deep, with -32700.
    ///   - invalidUTF8: whether strings that are not UTF-8 spoil the message (-32700) or are repaired.
    public init(
        parsing bytes: [UInt8],
        limits: JSONLimits = .standard,
        invalidUTF8: JSONReader.InvalidUTF8 = .reject
    ) {
        var members = MessageMembers()
        do {
            var reader = try JSONReader(bytes.span, limits: limits, invalidUTF8: invalidUTF8)
            guard try reader.peekKind() == .object else {
                let kind = try reader.peekKind()
                _ = try reader.skipValue()
                try reader.finish()
                self = .malformed(.invalid("expected an object, found \(kind)", id: .null))
                return
            }
            try members.read(from: &reader)
            try reader.finish()
        } catch {
            let answer = ErrorObject(code: ErrorObject.parseError, message: "Invalid JSON", data: ["\(error)"])
            self = .malformed(Malformed(error: answer, id: .null, isAnswerable: !members.looksLikeResponse))
            return
        }
        self = members.message { JSONValue(bytes, $0, invalidUTF8: invalidUTF8) }
    }
}

extension Message.Malformed {
    static func invalid(_ reason: String, id: MessageID, isAnswerable: Bool = true) -> Self {
        Self(
            error: ErrorObject(code: ErrorObject.invalidRequest, message: "Invalid request: \(reason)", data: [reason]),
            id: id,
            isAnswerable: isAnswerable
        )
    }
}
