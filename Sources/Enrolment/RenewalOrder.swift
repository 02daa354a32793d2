public import JSONRPC

/// What a node sends to renew its certificate over a connection on which it showed the old one: `{}`, or
/// `{"request": …}` for a new key.
public struct RenewalOrder: Equatable, Sendable, JSONEncodable {
    /// A certificate request in PEM with the new key; nil to keep the key.
    public let request: String?

    /// An order to be sent.
    public init(request: String? = nil) { self.request = request }

    /// Reads what a node sent.
    ///
    /// Throws ``EnrolmentProblem`` with status 400.
    public init(bytes: [UInt8]) throws(EnrolmentProblem) {
        self.init(request: bytes.isEmpty ? nil : try Members(bytes)["request"])
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        if let request {
            writer.key("request")
            writer.value(request)
        }
        writer.endObject()
    }
}
