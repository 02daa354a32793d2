public import JSONRPC

/// What a node sends to be enrolled: `{"key": …, "request": …}`.
public struct EnrolmentOrder: Equatable, Sendable, JSONEncodable {
    /// The registration key.
    public let key: String
    /// The certificate request in PEM.
    public let request: String

    /// An order to be sent.
    public init(key: String, request: String) {
        self.key = key
        self.request = request
    }

    /// Reads what a node sent; members we do not know are passed over.
    ///
    /// Throws ``EnrolmentProblem`` with status 400.
    public init(bytes: [UInt8]) throws(EnrolmentProblem) {
        let members = try Members(bytes)
        guard let key = members["key"], !key.isEmpty else {
            throw EnrolmentProblem(400, "The member 'key' is missing: the registration key as a string.")
        }
        guard let request = members["request"], !request.isEmpty else {
            throw EnrolmentProblem(400, "The member 'request' is missing: the certificate request in PEM as a string.")
        }
        self.init(key: key, request: request)
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("key")
        writer.value(self.key)
        writer.key("request")
        writer.value(self.request)
        writer.endObject()
    }
}
