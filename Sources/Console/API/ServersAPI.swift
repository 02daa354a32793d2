internal import Hummingbird
internal import Operations
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
                let server = try await call.administration.addServer(ServerChange(call.body))
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
            { call in
                .json(JSON(try await call.administration.changeServer(try call.id(), ServerChange(call.body))))
            }
        )
        routes.api(
            .delete,
            "/servers/{id}",
            .write,
            Operation(id: "removeServer", summary: "Removes a monitoring server with its data", status: 204),
            { call in
                try await call.administration.removeServer(try call.id())
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

extension ServerChange {
    /// What the parameters name, and nothing else.
    init(_ given: Parameters) throws(Problem) {
        self.init()
        var values = given
        self.nickname = try values.string("nickname")
        self.type = try values.string("type")
        self.brokerURL = try values.string("brokerURL", max: 2048)
        self.queue = try values.string("queue")
        self.armUser = try values.string("armUser")
        self.queueType = try values.string("queueType")
        self.tlsCertificateAuthority = try values.string("tlsCertificateAuthority", max: 4096)
        self.tlsCertificate = try values.string("tlsCertificate", max: 4096)
        self.tlsKey = try values.string("tlsKey", max: 4096)
        self.tlsVerify = try values.bool("tlsVerify")
        self.pollingInterval = try values.int("pollingInterval", in: 1...31_622_400).map { Int($0) }
        self.retryInterval = try values.int("retryInterval", in: 1...2_678_400).map { Int($0) }
        self.extendedInfo = try values.string("extendedInfo", max: 32_767)
        try values.finish()
    }
}
