internal import Enrolment
internal import HTTPServing
internal import Hummingbird
internal import HummingbirdCore
internal import JSONRPC
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

extension EnrolmentService {
    func router() -> Router<ServiceContext> {
        let router = Router(context: ServiceContext.self)
        router.add(middleware: Unknown())
        router.get("/healthz") { _, _ in Response(status: .noContent) }
        router.get("/v1/ca") { request, context in
            await self.respond(request, context, "ca", type: "application/x-pem-file") {
                try await self.registrar.roots()
            }
        }
        router.get("/v1/crl") { request, context in
            await self.respond(request, context, "crl", type: "application/x-pem-file") {
                try await self.registrar.lists()
            }
        }
        router.post("/v1/enroll") { request, context in
            await self.respond(request, context, "enroll", type: "application/json") {
                let order = try EnrolmentOrder(bytes: try await self.body(of: request, context))
                if let id = RegistrationKey.id(of: order.key) { try self.admit(key: id) }
                return try await self.registrar.enroll(order, from: context.address)
            }
        }
        router.post("/v1/renew") { request, context in
            await self.respond(request, context, "renew", type: "application/json") {
                guard let shown = try await context.peerCertificate else {
                    throw EnrolmentProblem(401, "Show the certificate to be renewed in the TLS handshake.")
                }
                let order = try RenewalOrder(bytes: try await self.body(of: request, context))
                return try await self.registrar.renew(shown, order, from: context.address)
            }
        }
        for path in ["/v1/enroll", "/v1/renew"] {
            router.get(RouterPath(path)) { _, _ in Self.response(EnrolmentProblem(405, "Use POST here.")) }
        }
        return router
    }

    private var milliseconds: Int { Int((ContinuousClock.now - self.start) / .milliseconds(1)) }

    private func admit(key: String) throws(EnrolmentProblem) {
        let now = self.milliseconds
        try self.admission.withLock { admission throws(EnrolmentProblem) in try admission.admit(key: key, now: now) }
    }

    private func respond(
        _ request: Request,
        _ context: ServiceContext,
        _ action: String,
        type: String,
        _ body: () async throws -> [UInt8]
    ) async -> Response {
        do {
            let now = self.milliseconds
            try self.admission.withLock { admission throws(EnrolmentProblem) in
                try admission.admit(network: context.network, now: now)
            }
        } catch {
            return Self.response(error)
        }
        do {
            let bytes = try await body()
            self.accept(context.network)
            return Self.response(.ok, type, bytes)
        } catch let problem as EnrolmentProblem where Self.isRefusal(problem) {
            await self.remember(problem, action, context.address)
            return Self.response(problem)
        } catch let problem as EnrolmentProblem {
            self.accept(context.network)
            return Self.response(problem)
        } catch {
            self.accept(context.network)
            self.logger.error("\(action) from \(context.address) failed: \(error)")
            return Self.response(EnrolmentProblem(500, "This is a fault of the server; its log says more."))
        }
    }

    /// Whether a problem is one of the peer's making, and not of the moment.
    private static func isRefusal(_ problem: EnrolmentProblem) -> Bool {
        (400..<500).contains(problem.status) && ![409, 429].contains(problem.status)
    }

    private func accept(_ network: String) {
        let now = self.milliseconds
        self.admission.withLock { $0.accept(network: network, now: now) }
    }

    /// Writes a refusal into the audit log unless there are too many.
    private func remember(_ problem: EnrolmentProblem, _ action: String, _ address: String) async {
        let now = self.milliseconds
        guard self.audits.withLock({ $0.take("", now: now) }) == nil else { return }
        await self.registrar.note(refusal: problem, of: action, from: address)
    }

    private func body(of request: Request, _ context: ServiceContext) async throws -> [UInt8] {
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased()
        guard type == "application/json" else { throw EnrolmentProblem(415, "Send application/json.") }
        let limit = context.maxUploadSize
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                var request = request
                do {
                    return Array((try await request.collectBody(upTo: limit)).readableBytesView)
                } catch is HTTPParserError {
                    throw EnrolmentProblem(400, "The body is not sent as HTTP wants it.")
                } catch is NIOTooManyBytesError {
                    throw EnrolmentProblem(413, "At most \(limit) bytes are accepted.")
                } catch let error as any HTTPResponseError {
                    throw EnrolmentProblem(error.status.code, "At most \(limit) bytes are accepted.")
                }
            }
            group.addTask {
                try await Task.sleep(for: Self.timeToArrive)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let bytes = first else {
                throw EnrolmentProblem(408, "The request did not arrive in time.")
            }
            return bytes
        }
    }

    static func response(_ problem: EnrolmentProblem) -> Response {
        var response = self.response(
            HTTPResponse.Status(code: problem.status),
            "application/problem+json",
            problem.encoded()
        )
        if let seconds = problem.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }

    private static func response(_ status: HTTPResponse.Status, _ type: String, _ body: [UInt8]) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}

/// Answers what no route does.
private struct Unknown: RouterMiddleware {
    @concurrent
    func handle(
        _ request: Request,
        context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        do {
            guard !request.hasEmptySegment else { throw HTTPError(.notFound) }
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            return EnrolmentService.response(EnrolmentProblem(error.status.code, "There is nothing here."))
        }
    }
}
