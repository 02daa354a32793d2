public import JSONRPC

/// Why an order was not carried out, as `application/problem+json` (RFC 9457).
public struct EnrolmentProblem: Error, Equatable, Sendable, CustomStringConvertible, JSONEncodable {
    /// The status of the HTTP answer.
    public let status: Int
    /// What was wrong, for the person at the node.
    public let detail: String
    /// Seconds after which to try again; nil when that would not help.
    public let retryAfter: Int?

    /// Describes a problem.
    public init(_ status: Int, _ detail: String, retryAfter: Int? = nil) {
        self.status = status
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// Reads the problem in the body of an answer; any other body leaves the status to speak for itself.
    public init(status: Int, body: [UInt8], retryAfter: Int?) {
        let detail = (try? Members(body))?["detail"] ?? "The server answered with status \(status)."
        let printable = detail.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }.prefix(500)
        self.init(status, String(String.UnicodeScalarView(printable)), retryAfter: retryAfter)
    }

    /// Too much at once.
    public static func tooMany(after seconds: Int) -> EnrolmentProblem {
        EnrolmentProblem(429, "Too many requests; try again in \(seconds) s.", retryAfter: seconds)
    }

    /// A key that is unknown, wrong or removed; which of these is nobody's business.
    public static let unknownKey = EnrolmentProblem(403, "The registration key is not valid.")

    /// The phrase of the status (RFC 9110 section 15).
    public var title: String {
        switch self.status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 503: "Service Unavailable"
        default: "Internal Server Error"
        }
    }

    public var description: String { "\(self.status): \(self.detail)" }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("type")
        writer.value("about:blank")
        writer.key("title")
        writer.value(self.title)
        writer.key("status")
        writer.value(Int64(self.status))
        writer.key("detail")
        writer.value(self.detail)
        writer.endObject()
    }
}
