internal import Operations
internal import Query
internal import Store

/// What went wrong with a request, as `application/problem+json` (RFC 9457) or as a page.
struct Problem: Error, Sendable, Equatable {
    var status: Int
    var detail: String
    /// Which parameter it is about.
    var parameter: String?
    /// Where in the parameter's text, in characters from the beginning.
    var position: Int?
    /// Seconds after which to try again.
    var retryAfter: Int64?

    init(_ status: Int, _ detail: String, parameter: String? = nil, position: Int? = nil, retryAfter: Int64? = nil) {
        self.status = status
        self.detail = detail
        self.parameter = parameter
        self.position = position
        self.retryAfter = retryAfter
    }

    static let notFound = Problem(404, "There is nothing here.")

    static func bad(_ parameter: String, _ reason: String) -> Problem {
        Problem(400, "\(parameter): \(reason)", parameter: parameter)
    }

    /// The phrase of the status (RFC 9110, section 15).
    var title: String {
        switch self.status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 429: "Too Many Requests"
        case 503: "Service Unavailable"
        default: "Internal Server Error"
        }
    }

    var json: JSON {
        var members = [
            JSON.Member(name: "type", value: "about:blank"),
            JSON.Member(name: "title", value: .string(self.title)),
            JSON.Member(name: "status", value: JSON(self.status)),
            JSON.Member(name: "detail", value: .string(self.detail)),
        ]
        if let parameter { members.append(JSON.Member(name: "parameter", value: .string(parameter))) }
        if let position { members.append(JSON.Member(name: "position", value: JSON(position))) }
        return .object(members)
    }
}

extension Problem {
    /// What an error means to whoever asked; nil when it is a fault of ours.
    init?(_ error: any Error, _ language: Language) {
        switch error {
        case let problem as Problem: self = problem
        case let refusal as Refusal:
            let text = refusal.rule.map { Catalogue.shared.text($0.rawValue, language) }
            self = .bad(refusal.parameter, text ?? refusal.reason)
        case let error as StoreError: self.init(error)
        case PasswordHasher.Unavailable.crowded: self.init(429, "\(error)", retryAfter: 3)
        case let error as PasswordHasher.Unavailable: self.init(503, "\(error)", retryAfter: 5)
        default: return nil
        }
    }

    init(_ error: StoreError) {
        switch error.code {
        case .notFound: self.init(404, error.reason)
        case .refused: self.init(409, error.reason)
        default: self.init(503, "The store cannot be used at the moment: \(error.reason).", retryAfter: 5)
        }
    }

    init(_ error: QueryError) {
        self.init(400, "q: \(error.description)", parameter: "q", position: error.position)
    }
}
