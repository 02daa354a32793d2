internal import HTTPServing
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// What every answer goes through: headers that protect the reader, counting, and a form for whatever went wrong.
struct Gate: RouterMiddleware {
    let site: Site

    @concurrent
    func handle(
        _ request: Request,
        context: ConsoleContext,
        next: @concurrent (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            guard !request.hasEmptySegment else { throw HTTPError(.notFound) }
            response = try await next(request, context)
        } catch let error as HTTPError {
            let problem = error.status == .notFound ? .notFound : Problem(error.status.code, error.body ?? "")
            response = self.site.failure(problem, request)
        } catch {
            self.site.logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            response = self.site.failure(Problem(500, "This is a fault of the server; its log says more."), request)
        }
        self.site.metrics.count(status: response.status.code)
        Self.protect(&response, isSecure: self.site.isSecure(request, context))
        return response
    }

    /// Content Security Policy Level 3, and Trusted Types: text becomes elements or scripts by the policy in `elements.js` only.
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
        frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types hatohol
        """

    private static func protect(_ response: inout Response, isSecure: Bool) {
        response.headers[.contentSecurityPolicy] = self.policy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.frameOptions] = "DENY"
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.openerPolicy] = "same-origin"
        response.headers[.permissionsPolicy] = "camera=(), geolocation=(), microphone=()"
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }
}

extension HTTPField.Name {
    static let frameOptions = Self.literal("X-Frame-Options")
    static let referrerPolicy = Self.literal("Referrer-Policy")
    static let openerPolicy = Self.literal("Cross-Origin-Opener-Policy")
    static let permissionsPolicy = Self.literal("Permissions-Policy")
    static let apiKey = Self.literal("X-API-Key")
    static let csrfToken = Self.literal("X-CSRF-Token")
    static let forwardedFor = Self.literal("X-Forwarded-For")
    static let forwardedProto = Self.literal("X-Forwarded-Proto")
    static let fetchSite = Self.literal("Sec-Fetch-Site")
    static let accelBuffering = Self.literal("X-Accel-Buffering")
    static let checkStatus = Self.literal("X-Check-Status")

    /// A name we write ourselves, so that it is one.
    private static func literal(_ text: String) -> Self {
        guard let name = Self(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}
