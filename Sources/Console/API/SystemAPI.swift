internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Store

/// What programs ask about the server itself.
enum SystemAPI {
    static func register(_ routes: inout Routes) {
        routes.api(
            .get,
            "/version",
            .open,
            Operation(
                id: "getVersion",
                summary: "What this server is",
                answer: Schemas.object([("name", Schemas.string), ("version", Schemas.string)])
            ),
            { call in call.json(["name": "hatohol-server", "version": .string(call.site.configuration.version)]) }
        )
        routes.api(
            .get,
            "/overview",
            .read,
            Operation(id: "getOverview", summary: "The state of everything", answer: Schemas.reference("Overview")),
            { call in call.json(try await call.overview().json) }
        )
        routes.page(.get, "/healthz", .open) { _ in .text("ok\n") }
        routes.page(.get, "/readyz", .open) { call in
            _ = try await call.store.lastArrival()
            return .text("ready\n")
        }
        routes.page(.get, "/metrics", .read) { call in
            var response = Response.text(try await MetricsText(call).text())
            response.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
            return response
        }
        routes.page(.get, "/check/nagios", .read) { call in try await Check(call).nagios() }
        routes.page(.get, "/check/zabbix", .read) { call in try await Check(call).zabbix() }
    }

    /// Last, when all routes are known.
    static func registerDocument(_ routes: inout Routes) {
        let known = routes.list
        routes.api(
            .get,
            "/openapi.json",
            .open,
            Operation(id: "getDocument", summary: "This document", answer: ["type": "object"]),
            { call in call.json(OpenAPI.document(known, version: call.site.configuration.version)) }
        )
    }
}
