/// The members of a message as they are found, in whatever order they come; of repeated ones the last counts.
struct MessageMembers {
    private var hasMethod = false
    private var method: String?
    private var params: Range<Int>?
    private var result: Range<Int>?
    private var error: ErrorObject?
    private var hasID = false
    private var id: MessageID?

    /// Whether what was read so far can only be a response.
    private(set) var looksLikeResponse = false

    mutating func read(from reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            if reader.text(key, is: "method") {
                self.hasMethod = true
                self.looksLikeResponse = false
                self.method = try Self.method(from: &reader)
            } else if reader.text(key, is: "params") {
                self.params = try reader.skipValue()
            } else if reader.text(key, is: "id") {
                self.hasID = true
                self.id = try MessageID.read(from: &reader)
            } else if reader.text(key, is: "result") {
                self.looksLikeResponse = !self.hasMethod
                self.result = try reader.skipValue()
            } else if reader.text(key, is: "error") {
                self.looksLikeResponse = !self.hasMethod
                self.error = try ErrorObject.read(from: &reader)
            } else {
                _ = try reader.skipValue()
            }
        }
    }

    func message(_ value: (Range<Int>) -> JSONValue) -> Message {
        if self.hasMethod { return self.call(value) }
        guard self.result != nil || self.error != nil else {
            return .malformed(.invalid("None of method, result, error exist!", id: self.id ?? .null))
        }
        guard let id = self.id else {
            // An error without an id says as much as one with the id null.
            if let error = self.error, self.result == nil { return .failure(error, id: .null) }
            return self.badResponse("response without a usable id")
        }
        switch (self.result, self.error) {
        case (let result?, nil): return .result(value(result), id: id)
        case (nil, let error?): return .failure(error, id: id)
        default: return self.badResponse("both result and error")
        }
    }

    private func call(_ value: (Range<Int>) -> JSONValue) -> Message {
        guard let method = self.method else {
            return .malformed(.invalid("method is not a string", id: self.id ?? .null))
        }
        let call = Message.Call(method: method, params: self.params.map(value))
        guard self.hasID else { return .notification(call) }
        guard let id = self.id else { return .malformed(.invalid("Invalid id type!", id: .null)) }
        return .request(call, id: id)
    }

    private func badResponse(_ reason: String) -> Message {
        .malformed(.invalid(reason, id: self.id ?? .null, isAnswerable: false))
    }

    private static func method(from reader: inout JSONReader) throws(JSONError) -> String? {
        guard try reader.peekKind() == .string else {
            _ = try reader.skipValue()
            return nil
        }
        return try reader.readString()
    }
}
