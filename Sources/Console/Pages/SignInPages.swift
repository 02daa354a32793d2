internal import Hummingbird
internal import Store

/// Signing in and out.
enum SignInPages {
    static func register(_ routes: inout Routes) {
        routes.page(.get, "/sign-in", .open) { call in
            var query = call.query
            return call.signInPage(next: try query.string("next", max: 2000) ?? "/")
        }
        routes.page(.post, "/sign-in", .open, self.signIn)
        routes.page(.get, "/sign-in/link", .open) { call in
            // Mail and chat programs look at links that they carry. Looking must not sign in, nor use the link up.
            guard call.request.method == .get else { return .text("") }
            var query = call.query
            let (user, cookie) = try await call.redeem(link: try query.required("token"))
            var response = Response.see(user.passwordHash.isEmpty ? "/settings?notice=passwordNeeded" : "/")
            response.headers[values: .setCookie].append(cookie)
            return response
        }
        routes.page(.post, "/sign-out", .read) { call in
            try await call.closeSession()
            var response = Response.see("/sign-in")
            response.headers[values: .setCookie].append(call.cookie(""))
            return response
        }
    }

    private static func signIn(_ call: Call) async throws -> Response {
        var form = try call.form
        let name = try form.string("name", max: 64) ?? ""
        let password = try form.string("password") ?? ""
        let next = try form.string("next", max: 2000) ?? "/"
        let action = try form.string("action", max: 2000) ?? ""
        let kept = try form.string("kept", max: 200_000) ?? ""
        try form.finish()
        do {
            let user = try await call.authenticate(name: name, password: password)
            let session = try await call.openSession(for: user)
            var response =
                action.isEmpty ? Response.see(Call.local(next)) : call.resume(action, kept, session.csrf, user)
            response.headers[values: .setCookie].append(session.cookie)
            return response
        } catch {
            guard !(error is StoreError), let problem = Problem(error, call.language) else { throw error }
            var response = call.signInPage(next: next, action: action, kept: kept, name: name, error: problem.detail)
            response.status = .init(code: problem.status)
            if let seconds = problem.retryAfter { response.headers[.retryAfter] = String(seconds) }
            return response
        }
    }
}

extension Call {
    func signInPage(
        next: String,
        action: String = "",
        kept: String = "",
        name: String = "",
        error: String = ""
    ) -> Response {
        let values: [String: Any] = [
            "title": self.text("signIn"), "next": next, "action": action, "kept": kept, "name": name, "error": error,
            "hasError": !error.isEmpty, "isKept": !action.isEmpty,
        ]
        return .html(self.site.pages.render("sign-in", values, self.language))
    }

    /// Asks somebody whose session has ended to sign in; what a form held is kept until then.
    func signInFirst() -> Response {
        guard self.request.method == .post else {
            return .see("/sign-in?next=" + self.request.uri.string.formEncoded)
        }
        let kept = self.body.fields.filter { !["csrf", "password", "old", "new"].contains($0.name) }
            .map { "\($0.name.formEncoded)=\($0.value.formEncoded)" }.joined(separator: "&")
        var response = self.signInPage(next: "/", action: self.path, kept: kept, error: self.text("sessionEnded"))
        response.status = .unauthorized
        return response
    }

    /// Shows the form that was kept, to be sent with one click in the new session.
    func resume(_ action: String, _ kept: String, _ csrf: String, _ user: User) -> Response {
        let target = Self.local(action)
        let fields = Parameters(form: kept).fields.map { ["name": $0.name, "value": $0.value] }
        let values: [String: Any] = [
            "title": self.text("resume"), "action": target, "fields": fields, "theme": user.theme,
            "formToken": FormToken(session: csrf).text(for: target),
        ]
        return .html(self.site.pages.render("resume", values, self.language))
    }

    /// A path on this server; anything that would lead elsewhere becomes the first page.
    static func local(_ path: String) -> String {
        let isLocal =
            path.hasPrefix("/") && !path.hasPrefix("//") && !path.contains("\\")
            && path.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7f }
        return isLocal ? path : "/"
    }
}
