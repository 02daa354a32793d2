internal import Hummingbird
internal import Operations
internal import Store

/// Monitoring servers: how they are, and the dialog to add or change one.
enum ServerPages {
    static func register(_ routes: inout Routes) {
        routes.page(.get, "/servers", .read, self.list)
        routes.page(.get, "/servers/new", .write) { call in self.dialog(call, MonitoringServer.blank) }
        routes.page(.get, "/servers/{id}", .write) { call in
            self.dialog(call, try await call.store.server(try call.id()))
        }
        routes.page(.post, "/servers", .write) { call in
            try await self.save(call, MonitoringServer.blank) {
                _ = try await call.administration.addServer(ServerChange($0))
            }
        }
        routes.page(.post, "/servers/{id}", .write) { call in
            let id = try call.id()
            return try await self.save(call, try await call.store.server(id)) {
                _ = try await call.administration.changeServer(id, ServerChange($0))
            }
        }
        routes.page(.post, "/servers/{id}/remove", .write) { call in
            try await call.administration.removeServer(try call.id())
            return .see("/servers?notice=removed")
        }
        routes.page(.post, "/servers/test", .write, self.test)
    }

    private static func list(_ call: Call) async throws -> Response {
        let servers = Dictionary(try await call.store.servers().map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let rows = try await call.store.armStatus().compactMap { arm in
            servers[arm.server].map { server in
                call.view(arm).merging([
                    "removal": call.formToken("/servers/\(server.id)/remove"),
                    "url": server.broker.url.description, "queue": server.broker.queue,
                    "isEncrypted": server.broker.url.isSecure,
                ]) { $1 }
            }
        }
        return call.page("servers", "servers", ["rows": rows, "isEmpty": rows.isEmpty])
    }

    private static func dialog(
        _ call: Call,
        _ server: MonitoringServer,
        kept: [String: String] = [:],
        error: String = ""
    ) -> Response {
        let isNew = server.id == 0
        let action = isNew ? "/servers" : "/servers/\(server.id)"
        var values: [String: Any] = [
            "isNew": isNew, "action": action, "formToken": call.formToken(action), "id": server.id,
            "error": error, "hasError": !error.isEmpty, "canTest": call.site.configuration.testConnection != nil,
        ]
        let stored = [
            "nickname": server.nickname, "type": server.type, "brokerURL": server.broker.url.description,
            "queue": server.broker.queue, "armUser": server.broker.armUser ?? "",
            "tlsCertificateAuthority": server.broker.certificateAuthority ?? "",
            "tlsCertificate": server.broker.certificate ?? "", "tlsKey": server.broker.key ?? "",
            "pollingInterval": "\(server.settings.pollingInterval)",
            "retryInterval": "\(server.settings.retryInterval)",
        ]
        for (name, value) in stored { values[name] = kept[name] ?? value }
        let queueType = kept["queueType"] ?? server.broker.queueType
        values["queueTypes"] = call.options(["durable", "quorum", "transient"], "queueType", selected: queueType)
        values["tlsVerify"] = kept.isEmpty ? server.broker.verifiesPeer : kept["tlsVerify"] == "true"
        return call.page("server", "servers", values, title: call.text(isNew ? "addServer" : "editServer"))
    }

    private static func save(
        _ call: Call,
        _ server: MonitoringServer,
        _ body: (Parameters) async throws -> Void
    ) async throws -> Response {
        let form = try call.form
        do {
            try await body(form.with("tlsVerify", standard: "false"))
            return .see("/servers?notice=" + (server.id == 0 ? "added" : "saved"))
        } catch {
            guard let problem = Problem(error, call.language), problem.status < 500 else { throw error }
            let kept = Dictionary(form.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            var response = self.dialog(call, server, kept: kept, error: problem.detail)
            response.status = .badRequest
            return response
        }
    }

    /// Tries what the form says, without storing it; that it was tried is recorded before anything is sent anywhere.
    private static func test(_ call: Call) async throws -> Response {
        guard let test = call.site.configuration.testConnection else { throw Problem.notFound }
        var form = try call.form
        let id = try form.int("id", in: 0...Int64.max) ?? 0
        let old = id == 0 ? MonitoringServer.blank : try await call.store.server(id)
        let server: MonitoringServer
        do {
            server = try ServerChange(form.with("tlsVerify", standard: "false")).applied(to: old)
        } catch {
            guard let problem = Problem(error, call.language) else { throw error }
            return .json(["stages": [["name": "check", "succeeded": false, "detail": .string(problem.detail)]]])
        }
        try await call.store.record(call.audit("server.test", id == 0 ? "server" : "server/\(id)", after: JSON(server)))
        let stages = await test(server).map { stage -> JSON in
            ["name": .string(stage.name), "succeeded": .bool(stage.succeeded), "detail": .string(stage.detail)]
        }
        return .json(["stages": .array(stages)])
    }
}

extension Parameters {
    /// A box that is not ticked is not sent at all.
    func with(_ name: String, standard: String) -> Parameters {
        self.has(name)
            ? self
            : Parameters(
                form: (self.fields.map { "\($0.name.formEncoded)=\($0.value.formEncoded)" } + ["\(name)=\(standard)"])
                    .joined(separator: "&")
            )
    }
}
