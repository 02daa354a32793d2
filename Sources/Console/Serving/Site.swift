internal import HTTPServing
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOHTTP1
internal import Operations
internal import Serving
internal import Store
internal import Synchronization

/// What all handlers share.
final class Site: Sendable {
    static let cookie = "hatohol_session"

    let store: MonitoringStore
    let configuration: ConsoleConfiguration
    let logger: Logger
    let pages: Pages
    let live: LiveEvents
    let openProofs: OpenProofs
    let metrics = Metrics()
    let passwords: Passwords
    let limiter = Mutex(SignInLimiter())
    let connections: Connections

    init(store: MonitoringStore, configuration: ConsoleConfiguration, logger: Logger) throws {
        self.store = store
        self.configuration = configuration
        self.logger = logger
        self.pages = try Pages()
        self.live = LiveEvents(store: store, logger: logger)
        self.openProofs = OpenProofs(store: store, age: configuration.sessionCheck)
        self.passwords = Passwords(policy: PasswordPolicy(minimumLength: configuration.minimumPasswordLength))
        let reports = ConnectionReports("the console", logger: logger)
        self.connections = Connections(configuration.peers, most: configuration.mostConnections) {
            reports.note($0, address: $1)
        }
    }

    static func isAPI(_ path: String) -> Bool {
        path.hasPrefix("/api/") || path.hasPrefix("/check/") || path == "/metrics" || path == "/healthz"
            || path == "/readyz"
    }

    /// Answers a request on a route, after the route's question to those who use it.
    func answer(_ request: Request, _ context: ConsoleContext, _ route: Routes.Route) async throws -> Response {
        var language = Language(accepting: request.headers[.acceptLanguage])
        do {
            let body = try await self.body(of: request, context)
            // Only now: whoever sends a body slowly would otherwise act with rights that were taken away meanwhile.
            let now = Timestamp.now
            let identity = try await self.identify(request, now: now)
            if identity != nil { self.connections.settle(context.channel) }
            if let chosen = identity.flatMap({ Language(rawValue: $0.user.language) }) { language = chosen }
            let call = Call(
                site: self,
                request: request,
                context: context,
                identity: identity,
                language: language,
                address: self.address(request, context),
                isSecure: self.isSecure(request, context),
                now: now,
                body: body
            )
            return try await self.answer(call, route)
        } catch {
            guard let problem = Problem(error, language) else { throw error }
            if let error = error as? StoreError, [.unavailable, .damaged].contains(error.code) {
                self.logger.error("\(error)")
            }
            return self.failure(problem, request, language)
        }
    }

    private func answer(_ call: Call, _ route: Routes.Route) async throws -> Response {
        if route.isForm, case .key? = call.identity?.proof {
            throw Problem(403, "A form is for people who are signed in; a program uses its key under /api.")
        }
        guard route.access != .open else {
            if call.request.method != .get, call.request.method != .head { try self.checkOrigin(call) }
            return try await route.handler(call)
        }
        guard let identity = call.identity else {
            if call.isAPI { throw Problem(401, "Sign in, or send an API key.") }
            return call.signInFirst()
        }
        if call.request.method != .get, call.request.method != .head { try self.checkForgery(call, identity) }
        guard route.access.allows(identity) else { throw Problem(403, call.text("notAllowed")) }
        return try await route.handler(call)
    }

    /// A problem as the client expects it.
    func failure(_ problem: Problem, _ request: Request, _ language: Language? = nil) -> Response {
        var response: Response
        if Self.isAPI(request.uri.path) {
            response = .bytes(problem.json.encoded, type: "application/problem+json")
        } else {
            let language = language ?? Language(accepting: request.headers[.acceptLanguage])
            response = .html(self.pages.failure(problem, language))
        }
        response.status = HTTPResponse.Status(code: problem.status)
        if let seconds = problem.retryAfter { response.headers[.retryAfter] = String(seconds) }
        if problem.status == 401 { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }

    private func body(of request: Request, _ context: ConsoleContext) async throws -> Parameters {
        guard request.method != .get, request.method != .head else { return .none }
        var request = request
        let buffer: ByteBuffer
        do {
            buffer = try await request.collectBody(upTo: context.maxUploadSize)
        } catch is HTTPParserError {
            throw Problem(400, "The body is not sent as HTTP wants it.")
        } catch {
            throw Problem(413, "At most \(context.maxUploadSize) bytes are accepted.")
        }
        guard buffer.readableBytes > 0 else { return .none }
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased() ?? ""
        if type == "application/x-www-form-urlencoded", !request.uri.path.hasPrefix("/api/") {
            return Parameters(form: String(buffer: buffer))
        }
        guard type == "application/json" else { throw Problem(415, "Send application/json.") }
        guard let json = JSON.decode(Array(buffer.readableBytesView)), case .object(let members) = json else {
            throw Problem(400, "The body is not a JSON object as expected here.")
        }
        return Parameters(members)
    }
}
