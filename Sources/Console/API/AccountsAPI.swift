internal import Hummingbird
internal import Operations
internal import Store

/// People, API keys, the audit log, and the caller's own session.
enum AccountsAPI {
    static func register(_ routes: inout Routes) {
        self.registerUsers(&routes)
        self.registerKeys(&routes)
        routes.api(
            .get,
            "/audit",
            .admin,
            Operation(
                id: "listAudit",
                summary: "What was changed, the newest first",
                parameters: [.id("before", "Only what came before this entry."), .limit(100)],
                answer: Schemas.page("AuditEntry")
            ),
            { call in
                var query = call.query
                let before = try query.int("before", in: 1...Int64.max)
                let limit = Int(try query.int("limit", in: 1...1000) ?? 100)
                try query.finish()
                let entries = try await call.store.audit(before: before, limit: limit)
                let next = entries.count == limit ? entries.last.map { String($0.id) } : nil
                return call.json(page: entries.map { JSON($0) }, next: next)
            }
        )
        routes.api(
            .get,
            "/me",
            .read,
            Operation(id: "getMe", summary: "Who is signed in", answer: Schemas.reference("User")),
            { call in call.json(JSON(try call.user)) }
        )
        routes.api(
            .post,
            "/session",
            .open,
            Operation(
                id: "signIn",
                summary: "Signs in; the answer sets the cookie and carries the token for changes",
                body: Schemas.object(
                    [("name", Schemas.text(64)), ("password", Schemas.text(256))],
                    isClosed: true
                ),
                status: 201,
                answer: Schemas.object([("csrf", Schemas.string), ("user", Schemas.reference("User"))])
            ),
            { call in
                var body = call.body
                let name = try body.required("name", max: 64)
                let password = try body.required("password")
                try body.finish()
                let user = try await call.authenticate(name: name, password: password)
                let session = try await call.openSession(for: user)
                var response = Response.json(["csrf": .string(session.csrf), "user": JSON(user)], status: .created)
                response.headers[values: .setCookie].append(session.cookie)
                return response
            }
        )
        routes.api(
            .delete,
            "/session",
            .read,
            Operation(id: "signOut", summary: "Signs out", status: 204),
            { call in
                try await call.closeSession()
                return .nothing
            }
        )
    }

    private static func registerUsers(_ routes: inout Routes) {
        let user = Schemas.reference("User")
        routes.api(
            .get,
            "/users",
            .admin,
            Operation(id: "listUsers", summary: "Everybody who may sign in", answer: Schemas.page("User")),
            { call in call.json(page: try await call.store.users().map { JSON($0) }) }
        )
        routes.api(
            .post,
            "/users",
            .admin,
            Operation(
                id: "addUser",
                summary: "Adds a person",
                body: Schemas.userBody(isNew: true),
                example: ["name": "hana", "role": "readonly", "password": "seven grey herons wade"],
                status: 201,
                answer: user
            ),
            { call in
                .json(JSON(try await call.administration.addUser(UserChange(call.body))), status: .created)
            }
        )
        routes.api(
            .get,
            "/users/{id}",
            .admin,
            Operation(id: "getUser", summary: "One person", answer: user),
            { call in call.json(JSON(try await call.store.user(try call.id()))) }
        )
        routes.api(
            .patch,
            "/users/{id}",
            .admin,
            Operation(
                id: "changeUser",
                summary: "Changes a person; a new password ends the person's sessions",
                body: Schemas.userBody(isNew: false),
                answer: user
            ),
            { call in .json(JSON(try await call.changeUser(try call.id(), UserChange(call.body)))) }
        )
        routes.api(
            .delete,
            "/users/{id}",
            .admin,
            Operation(id: "removeUser", summary: "Removes a person with sessions and keys", status: 204),
            { call in
                try await call.removeUser(try call.id())
                return .nothing
            }
        )
    }

    private static func registerKeys(_ routes: inout Routes) {
        routes.api(
            .get,
            "/keys",
            .admin,
            Operation(id: "listKeys", summary: "API keys, without the keys themselves", answer: Schemas.page("APIKey")),
            { call in call.json(page: try await call.store.apiKeys().map { JSON($0) }) }
        )
        routes.api(
            .post,
            "/keys",
            .admin,
            Operation(
                id: "addKey",
                summary: "Makes an API key; it is shown this once",
                body: Schemas.object(
                    [
                        ("name", Schemas.text(64)), ("scope", Schemas.scope), ("user", Schemas.integer(1...Int64.max)),
                        ("days", Schemas.integer(1...3650)),
                    ],
                    required: ["name", "scope"],
                    isClosed: true
                ),
                status: 201,
                answer: Schemas.object([("id", Schemas.number), ("key", Schemas.string)])
            ),
            { call in
                let (id, key) = try await call.addKey(call.body)
                return .json(["id": .number(id), "key": .string(key)], status: .created)
            }
        )
        routes.api(
            .delete,
            "/keys/{id}",
            .admin,
            Operation(id: "removeKey", summary: "Removes an API key", status: 204),
            { call in
                try await call.removeKey(try call.id())
                return .nothing
            }
        )
    }
}
