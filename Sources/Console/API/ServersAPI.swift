internal import Hummingbird
internal import Store

/// Monitoring servers and their arms.
enum ServersAPI {
    static func register(_ routes: inout Routes) {
        let server = Schemas.reference("Server")
        routes.api(
            .get,
            "/servers",
            .read,
            Operation(id: "listServers", summary: "Monitoring servers", answer: Schemas.page("Server")),
            { call in call.json(page: try await call.store.servers().map { JSON($0) }) }
        )
        routes.api(
            .post,
            "/servers",
            .write,
            Operation(
                id: "addServer",
                summary: "Registers a monitoring server",
                body: Schemas.serverBody(isNew: true),
                status: 201,
                answer: server
            ),
            { call in
                let server = try await call.addServer(call.body)
                var response = Response.json(JSON(server), status: .created)
                response.headers[.location] = "/api/v1/servers/\(server.id)"
                return response
            }
        )
        routes.api(
            .get,
            "/servers/{id}",
            .read,
            Operation(id: "getServer", summary: "One monitoring server", answer: server),
            { call in call.json(JSON(try await call.store.server(try call.id()))) }
        )
        routes.api(
            .patch,
            "/servers/{id}",
            .write,
            Operation(
                id: "changeServer",
                summary: "Changes a monitoring server; what is left out stays",
                body: Schemas.serverBody(isNew: false),
                answer: server
            ),
            { call in .json(JSON(try await call.changeServer(try call.id(), call.body))) }
        )
        routes.api(
            .delete,
            "/servers/{id}",
            .write,
            Operation(id: "removeServer", summary: "Removes a monitoring server with its data", status: 204),
            { call in
                try await call.removeServer(try call.id())
                return .nothing
            }
        )
        routes.api(
            .get,
            "/arms",
            .read,
            Operation(id: "listArms", summary: "How the arms are", answer: Schemas.page("Arm")),
            { call in call.json(page: try await call.store.armStatus().map { JSON($0) }) }
        )
    }
}

extension Call {
    /// Registers what the parameters describe.
    func addServer(_ parameters: Parameters) async throws -> MonitoringServer {
        let blank = MonitoringServer(
            nickname: "",
            type: MonitoringServer.fluentdType,
            broker: .blank
        )
        var server = try blank.changed(parameters)
        let new = server
        server.id = try await self.store.add(new) { id in
            var added = new
            added.id = id
            return self.audit("server.add", "server/\(id)", after: JSON(added))
        }
        return server
    }

    /// Changes what the parameters name.
    func changeServer(_ id: Int64, _ parameters: Parameters) async throws -> MonitoringServer {
        let old = try await self.store.server(id)
        let new = try old.changed(parameters)
        let audit = self.audit("server.change", "server/\(id)", before: JSON(old), after: JSON(new))
        try await self.store.update(new, audit: audit)
        return new
    }

    func removeServer(_ id: Int64) async throws {
        let old = try await self.store.server(id)
        try await self.store.remove(id, audit: self.audit("server.remove", "server/\(id)", before: JSON(old)))
    }
}

extension MonitoringServer {
    /// The kind of arm that follows fluentd (the original's UUID).
    static let fluentdType = "d91ba1cb-a64a-4072-b2b8-2f91bcae1818"

    /// This server with what the parameters say; checked as a whole.
    func changed(_ given: Parameters) throws(Problem) -> MonitoringServer {
        var new = self
        var values = given
        if let value = try values.string("nickname") { new.nickname = value }
        if let value = try values.string("type"), !value.isEmpty { new.type = value }
        if let value = try values.string("brokerURL", max: 2048) { new.broker.url = try self.brokerURL(from: value) }
        if let value = try values.string("queue", max: 200) { new.broker.use(queue: value) }
        if let value = try values.string("armUser", max: 255) { new.broker.armUser = value.isEmpty ? nil : value }
        if let value = try values.choice("queueType", QueueType.self) { new.broker.queueType = "\(value)" }
        if let value = try values.string("tlsCertificateAuthority", max: 4096) {
            new.broker.certificateAuthority = value.isEmpty ? nil : value
        }
        if let value = try values.string("tlsCertificate", max: 4096) {
            new.broker.certificate = value.isEmpty ? nil : value
        }
        if let value = try values.string("tlsKey", max: 4096) { new.broker.key = value.isEmpty ? nil : value }
        if let value = try values.bool("tlsVerify") { new.broker.verifiesPeer = value }
        if let value = try values.int("pollingInterval", in: 1...31_622_400) {
            new.settings.pollingInterval = Int(value)
        }
        if let value = try values.int("retryInterval", in: 1...2_678_400) { new.settings.retryInterval = Int(value) }
        if let value = try values.string("extendedInfo", max: 32_767) { new.settings.extendedInfo = value }
        try values.finish()
        try new.check()
        return new
    }

    private enum QueueType: CaseIterable { case durable, quorum, transient }

    /// A URL that a person changed in the form still has three asterisks where the password was.
    private func brokerURL(from text: String) throws(Problem) -> BrokerURL {
        do throws(BrokerLocationError) {
            return try BrokerURL(text).keepingPassword(of: self.broker.url)
        } catch {
            throw .bad("brokerURL", error.reason)
        }
    }

    private func check() throws(Problem) {
        guard !self.nickname.allSatisfy(\.isWhitespace) else { throw .bad("nickname", "a value is required") }
        guard !self.broker.queue.allSatisfy(\.isWhitespace) else { throw .bad("queue", "a value is required") }
        let url: BrokerURL.Parts
        do { url = try self.broker.url.parts } catch { throw .bad("brokerURL", error.reason) }
        let files = [self.broker.certificateAuthority, self.broker.certificate, self.broker.key]
        guard url.isSecure || files.allSatisfy({ $0 == nil }) else {
            throw .bad("brokerURL", "TLS files are named, but the URL says amqp; write amqps")
        }
        guard (self.broker.certificate == nil) == (self.broker.key == nil) else {
            throw .bad("tlsKey", "a certificate and its key belong together")
        }
    }
}
