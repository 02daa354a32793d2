/// One request of HTTP/1.1 for a connection of its own.
public struct ServiceRequest: Sendable {
    /// GET, or POST when there is a body.
    public let method: String
    /// The path, as in `/v1/enroll`.
    public let path: String
    /// The body, always JSON.
    public let body: [UInt8]
    /// The longest answer in bytes, head included.
    public let answerLimit: Int

    /// Asks for something.
    public static func get(_ path: String, answerLimit: Int = ServiceResponse.limit) -> ServiceRequest {
        ServiceRequest(method: "GET", path: path, body: [], answerLimit: answerLimit)
    }

    /// Sends JSON.
    public static func post(_ path: String, _ body: [UInt8]) -> ServiceRequest {
        ServiceRequest(method: "POST", path: path, body: body, answerLimit: ServiceResponse.limit)
    }

    /// The bytes for the wire.
    public func encoded(for address: ServiceAddress) -> [UInt8] {
        var head = "\(self.method) \(self.path) HTTP/1.1\r\nHost: \(address.authority)\r\nConnection: close\r\n"
        head += "Accept: application/json, application/problem+json\r\nUser-Agent: hatohol-ca\r\n"
        if self.method == "POST" {
            head += "Content-Type: application/json\r\nContent-Length: \(self.body.count)\r\n"
        }
        return Array((head + "\r\n").utf8) + self.body
    }
}
