internal import Hummingbird
internal import Operations
internal import Store

/// People, API keys, the audit log, and one's own settings.
enum AccountPages {
    static func register(_ routes: inout Routes) {
        routes.page(.get, "/users", .admin, self.users)
        routes.page(.get, "/users/new", .admin) { call in self.dialog(call, nil) }
        routes.page(.get, "/users/{id}", .admin) { call in
            self.dialog(call, try await call.store.user(try call.id()))
        }
        routes.page(.post, "/users", .admin) { call in
            try await self.save(call, nil) { _ = try await call.administration.addUser(UserChange($0)) }
        }
        routes.page(.post, "/users/{id}", .admin) { call in
            let id = try call.id()
            return try await self.save(call, try await call.store.user(id)) {
                _ = try await call.changeUser(id, UserChange($0))
            }
        }
        routes.page(.post, "/users/{id}/remove", .admin) { call in
            try await call.removeUser(try call.id())
            return .see("/users?notice=removed")
        }
        routes.page(.get, "/keys", .admin) { call in try await self.keys(call) }
        routes.page(.post, "/keys", .admin) { call in
            try await self.keys(call, made: try await call.addKey(try call.form).key)
        }
        routes.page(.post, "/keys/{id}/remove", .admin) { call in
            try await call.removeKey(try call.id())
            return .see("/keys?notice=removed")
        }
        routes.page(.get, "/audit", .admin, self.audit)
        routes.page(.get, "/settings", .read) { call in try self.settings(call) }
        routes.page(.post, "/settings", .read, self.saveSettings)
        routes.page(.post, "/settings/password", .read, self.savePassword)
    }

    private static func users(_ call: Call) async throws -> Response {
        let rows = try await call.store.users().map { user -> [String: Any] in
            [
                "id": user.id, "removal": call.formToken("/users/\(user.id)/remove"), "name": user.name,
                "roleText": call.text("role.\(user.role)"),
                "isAdministrator": user.role == .admin,
                "note": user.note, "groups": user.hostGroups, "time": user.created.description,
                "timeText": user.created.short,
                "hasNoPassword": user.passwordHash.isEmpty,
            ]
        }
        return call.page("users", "users", ["rows": rows])
    }

    private static func dialog(
        _ call: Call,
        _ user: User?,
        kept: [String: String] = [:],
        error: String = ""
    ) -> Response {
        let action = user.map { "/users/\($0.id)" } ?? "/users"
        let role = kept["role"] ?? user.map { "\($0.role)" } ?? "readonly"
        return call.page(
            "user",
            "users",
            [
                "isNew": user == nil, "action": action, "formToken": call.formToken(action),
                "name": kept["name"] ?? user?.name ?? "",
                "note": kept["note"] ?? user?.note ?? "",
                "hostGroups": kept["hostGroups"] ?? user?.hostGroups.joined(separator: "\n") ?? "",
                "roles": call.options(["readonly", "admin"], "role", selected: role), "error": error,
                "hasError": !error.isEmpty,
                "minimum": call.site.passwords.policy.minimumLength,
            ],
            title: call.text(user == nil ? "addUser" : "editUser")
        )
    }

    private static func save(
        _ call: Call,
        _ user: User?,
        _ body: (Parameters) async throws -> Void
    ) async throws -> Response {
        let form = try call.form
        do {
            try await body(form)
            return .see("/users?notice=" + (user == nil ? "added" : "saved"))
        } catch {
            guard let problem = Problem(error, call.language), problem.status < 500 else { throw error }
            var kept = Dictionary(form.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            kept["password"] = nil
            var response = self.dialog(call, user, kept: kept, error: problem.detail)
            response.status = .badRequest
            return response
        }
    }

    private static func keys(_ call: Call, made: String = "") async throws -> Response {
        let rows = try await call.store.apiKeys().map { key -> [String: Any] in
            [
                "id": key.id, "removal": call.formToken("/keys/\(key.id)/remove"), "prefix": key.prefix,
                "name": key.name, "user": key.userName,
                "scopeText": call.text("scope.\(key.scope)"), "hasExpires": key.expires != nil,
                "expires": key.expires?.description ?? "",
                "expiresText": key.expires?.short ?? "", "isExpired": key.expires.map { $0 <= call.now } ?? false,
                "hasUsed": key.used != nil, "used": key.used?.description ?? "", "usedText": key.used?.short ?? "",
            ]
        }
        return call.page(
            "keys",
            "keys",
            [
                "rows": rows, "isEmpty": rows.isEmpty, "made": made, "hasMade": !made.isEmpty,
                "scopes": call.options(["read", "write", "admin"], "scope", selected: "read"),
            ]
        )
    }

    private static func audit(_ call: Call) async throws -> Response {
        var query = call.query
        let entries = try await call.store.audit(before: try query.int("before", in: 1...Int64.max), limit: 100)
        let rows = entries.map { entry -> [String: Any] in
            [
                "time": entry.time.description, "timeText": entry.time.short, "actor": entry.actor,
                "address": entry.address,
                "action": entry.action, "subject": entry.subject, "before": entry.before, "after": entry.after,
                "hasDetail": !entry.before.isEmpty || !entry.after.isEmpty, "hasBefore": !entry.before.isEmpty,
                "hasAfter": !entry.after.isEmpty,
            ]
        }
        let next = entries.count == 100 ? entries.last.map { String($0.id) } : nil
        return call.page(
            "audit",
            "audit",
            ["rows": rows, "isEmpty": rows.isEmpty, "hasNext": next != nil, "next": next ?? ""]
        )
    }

    private static func settings(_ call: Call, error: String = "") throws -> Response {
        let user = try call.user
        return call.page(
            "settings",
            "settings",
            [
                "languages": call.options(["", "en", "ja"], "language", selected: user.language),
                "themes": call.options(["", "light", "dark"], "theme", selected: user.theme),
                "roleText": call.text("role.\(user.role)"),
                "hasPassword": !user.passwordHash.isEmpty, "error": error, "hasError": !error.isEmpty,
                "minimum": call.site.passwords.policy.minimumLength, "name": user.name,
            ]
        )
    }

    private static func saveSettings(_ call: Call) async throws -> Response {
        var form = try call.form
        let language = try form.string("language") ?? ""
        let theme = try form.string("theme") ?? ""
        try form.finish()
        guard ["", "en", "ja"].contains(language) else { throw Problem.bad("language", "en or ja is expected") }
        guard ["", "light", "dark"].contains(theme) else { throw Problem.bad("theme", "light or dark is expected") }
        _ = try await call.store.change(try call.user.id) { ($0.language, $0.theme) = (language, theme) }
        return .see("/settings?notice=saved")
    }

    /// Whoever has a password must say it; whoever came by a one-time link has none yet.
    private static func savePassword(_ call: Call) async throws -> Response {
        var form = try call.form
        let user = try call.user
        let old = try form.string("old") ?? ""
        let new = try form.string("new") ?? ""
        try form.finish()
        do {
            if !user.passwordHash.isEmpty { _ = try await call.authenticate(name: user.name, password: old) }
            let hash = try await call.site.passwords.hash(new, for: user.name)
            _ = try await call.store.change(
                user.id,
                keepingSession: call.identity?.sessionHash,
                audit: { _, _ in call.audit("user.password", "user/\(user.id)") },
                { changed in
                    // Somebody else may have set another one while these were hashed.
                    guard changed.passwordHash == user.passwordHash else {
                        throw StoreError(.refused, stage: "save password", reason: call.text("wrongPassword"))
                    }
                    changed.passwordHash = hash
                }
            )
            return .see("/settings?notice=saved")
        } catch {
            guard let problem = Problem(error, call.language), problem.status < 500 else { throw error }
            var response = try self.settings(call, error: problem.detail)
            response.status = problem.status == 429 ? .tooManyRequests : .badRequest
            if let seconds = problem.retryAfter { response.headers[.retryAfter] = String(seconds) }
            return response
        }
    }
}
