internal import Hummingbird

/// All routes of the console: each with what it asks of those who use it, checked here and nowhere else.
struct Routes {
    typealias Handler = @Sendable (Call) async throws -> Response

    /// A route, as the tests and the OpenAPI document see it.
    struct Route: Sendable {
        let method: HTTPRequest.Method
        let path: String
        let access: Access
        let operation: Operation?
        let handler: Handler

        /// Whether this is what a page's form sends: for people in front of a browser, never for a program with a key.
        var isForm: Bool { self.operation == nil && self.method != .get }
    }

    private(set) var list: [Route] = []

    /// A page, or what a page sends.
    mutating func page(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ access: Access,
        _ handler: @escaping Handler
    ) {
        self.list.append(Route(method: method, path: path, access: access, operation: nil, handler: handler))
    }

    /// An operation of the REST API, under `/api/v1`.
    mutating func api(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ access: Access,
        _ operation: Operation,
        _ handler: @escaping Handler
    ) {
        self.list.append(
            Route(method: method, path: "/api/v1" + path, access: access, operation: operation, handler: handler)
        )
    }

    /// A router over these routes, which answers 405 for the methods a path does not have.
    func router(for site: Site) -> Router<ConsoleContext> {
        let router = Router(context: ConsoleContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Gate(site: site))
        for route in self.list {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await site.answer(request, context, route)
            }
        }
        let methods =
            [.get, .post, .put, .patch, .delete, .options, .trace] + [HTTPRequest.Method("QUERY")].compactMap(\.self)
        for (path, routes) in Dictionary(grouping: self.list, by: \.path) {
            let allowed = routes.map(\.method)
            let header = (allowed.contains(.get) ? ["HEAD"] : []) + allowed.map(\.rawValue)
            for method in methods where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { request, _ in
                    var response = site.failure(Problem(405, "Use \(header.joined(separator: " or ")) here."), request)
                    response.headers[.allow] = header.joined(separator: ", ")
                    return response
                }
            }
        }
        return router
    }
}
