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
            broker: MonitoringServer.Broker(url: BrokerURL(""), queue: "")
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
        if let value = try values.string("brokerURL", max: 2048), value != self.broker.url.description {
            new.broker.url = BrokerURL(try self.withKnownPassword(value))
        }
        if let value = try values.string("queue", max: 200) { new.broker.queue = value }
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
    private func withKnownPassword(_ url: String) throws(Problem) -> String {
        guard url.contains(":***@") else { return url }
        let address = { (text: String) in text.split(separator: "@").last?.split(separator: "/").first }
        guard let password = self.broker.url.password, address(url) == address(self.broker.url.description) else {
            throw .bad("brokerURL", "write the password in place of ***; it is not sent to another broker")
        }
        let range = url.firstRange(of: ":***@") ?? url.startIndex..<url.startIndex
        return url.replacingCharacters(in: range, with: ":\(password)@")
    }

    private func check() throws(Problem) {
        guard !self.nickname.allSatisfy(\.isWhitespace) else { throw .bad("nickname", "a value is required") }
        guard !self.broker.queue.allSatisfy(\.isWhitespace) else { throw .bad("queue", "a value is required") }
        let url = self.broker.url.revealed
        guard url.hasPrefix("amqp://") || url.hasPrefix("amqps://"), !url.contains(where: \.isWhitespace),
            url.split(separator: "://", maxSplits: 1).count == 2
        else { throw .bad("brokerURL", "amqps://USER:PASSWORD@HOST:PORT/VHOST is expected") }
        guard (self.broker.certificate == nil) == (self.broker.key == nil) else {
            throw .bad("tlsKey", "a certificate and its key belong together")
        }
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}

extension BrokerURL {
    /// The password as it stands in the URL; nil when there is none.
    fileprivate var password: String? {
        guard self.hasPassword, let at = self.revealed.lastIndex(of: "@") else { return nil }
        let start = self.revealed.firstRange(of: "://")?.upperBound ?? self.revealed.startIndex
        return self.revealed[start..<at].firstIndex(of: ":").map {
            String(self.revealed[self.revealed.index(after: $0)..<at])
        }
    }
}
