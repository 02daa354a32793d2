internal import HTTPTypes
internal import Hummingbird
internal import Mustache
internal import Operations
internal import Store

/// The templates, and the files that go with them.
struct Pages: Sendable {
    static let templates: [String: [UInt8]] = [
        "layout": PackageResources.layout_mustache,
        "icons": PackageResources.icons_mustache,
        "sign-in": PackageResources.sign_in_mustache,
        "resume": PackageResources.resume_mustache,
        "failure": PackageResources.failure_mustache,
        "overview": PackageResources.overview_mustache,
        "events": PackageResources.events_mustache,
        "event-row": PackageResources.event_row_mustache,
        "stale": PackageResources.stale_mustache,
        "event": PackageResources.event_mustache,
        "triggers": PackageResources.triggers_mustache,
        "hosts": PackageResources.hosts_mustache,
        "items": PackageResources.items_mustache,
        "item": PackageResources.item_mustache,
        "servers": PackageResources.servers_mustache,
        "server": PackageResources.server_mustache,
        "users": PackageResources.users_mustache,
        "user": PackageResources.user_mustache,
        "keys": PackageResources.keys_mustache,
        "audit": PackageResources.audit_mustache,
        "settings": PackageResources.settings_mustache,
    ]

    private static let assets: [(name: String, type: String, bytes: [UInt8])] = [
        ("console.css", "text/css; charset=utf-8", PackageResources.console_css),
        ("console.js", "text/javascript; charset=utf-8", PackageResources.console_js),
        ("elements.js", "text/javascript; charset=utf-8", PackageResources.elements_js),
        ("live.js", "text/javascript; charset=utf-8", PackageResources.live_js),
        ("stream.js", "text/javascript; charset=utf-8", PackageResources.stream_js),
        ("icon.svg", "image/svg+xml", PackageResources.icon_svg),
    ]

    /// Changes with the files, so that browsers keep them until then; a part of the path, so that files that import others name the same version.
    private static let version = Secret.base64URL(Array(Secret.sha256(assets.flatMap(\.bytes)).prefix(9)))

    private let library: MustacheLibrary

    init() throws {
        HTMLText.register()
        let templates = try Self.templates.mapValues {
            try MustacheTemplate(string: HTMLText.template(String(decoding: $0, as: UTF8.self)))
        }
        self.library = MustacheLibrary(templates: templates)
    }

    /// Every page, and what pages send.
    static func register(_ routes: inout Routes) {
        for asset in self.assets {
            routes.page(.get, "/assets/\(self.version)/\(asset.name)", .open) { _ in
                var response = Response.bytes(asset.bytes, type: asset.type)
                response.headers[.cacheControl] = "public, max-age=31536000, immutable"
                return response
            }
        }
        SignInPages.register(&routes)
        OverviewPage.register(&routes)
        EventPages.register(&routes)
        LivePages.register(&routes)
        InventoryPages.register(&routes)
        ServerPages.register(&routes)
        AccountPages.register(&routes)
    }

    /// A template filled in.
    func render(_ template: String, _ values: [String: Any], _ language: Language) -> String {
        var values = values
        values["t"] = Catalogue.shared.all(language)
        values["lang"] = language.rawValue
        values["isJapanese"] = language == .japanese
        values["version"] = Self.version
        for name in ["theme", "notice"] where values[name] == nil { values[name] = "" }
        return self.library.render(values, withTemplate: template) ?? "the template \(template) is missing"
    }

    /// The page that says what went wrong.
    func failure(_ problem: Problem, _ language: Language) -> String {
        let known = [403: "forbidden", 404: "notFound", 429: "tooMany", 503: "unavailable"][problem.status]
        let title = Catalogue.shared.text(known ?? (problem.status < 500 ? "badRequest" : "serverFault"), language)
        return self.render(
            "failure",
            ["title": title, "status": problem.status, "detail": problem.detail, "retries": problem.status == 503],
            language
        )
    }
}

extension Call {
    /// A page within the frame of navigation; `name` is its place there and the key of its title.
    func page(_ template: String, _ name: String, _ values: [String: Any] = [:], title: String? = nil) -> Response {
        .html(self.rendered(template, name, values, title: title))
    }

    func rendered(_ template: String, _ name: String, _ values: [String: Any], title: String? = nil) -> String {
        var values = values
        let user = self.identity?.user
        values["title"] = title ?? self.text(name)
        values["nav"] = Self.navigation.filter { $0.access.allows(self.identity) }.map { entry in
            [
                "href": entry.href, "label": self.text(entry.name), "icon": entry.name, "isCurrent": entry.name == name,
            ] as [String: Any]
        }
        values["userName"] = user?.name ?? ""
        values["theme"] = user?.theme ?? ""
        values["apiToken"] = self.identity?.csrf ?? ""
        values["token"] = Self.forms.mapValues(self.formToken)
        values["canWrite"] = self.identity.map(Access.write.allows) ?? false
        values["isAdmin"] = self.identity.map(Access.admin.allows) ?? false
        let notices = ["saved", "removed", "handled", "added", "passwordNeeded"]
        var query = self.query
        let notice = (try? query.string("notice")).flatMap { $0 }
        let wanted =
            notice.flatMap { notices.contains($0) ? $0 : nil }
            ?? (user?.passwordHash == "" && name != "settings" ? "passwordNeeded" : nil)
        values["notice"] = wanted.map { self.text("notice." + $0) } ?? ""
        values["hasNotice"] = wanted != nil
        values["noticeLeads"] = wanted == "passwordNeeded"
        return self.site.pages.render(template, values, self.language)
    }

    /// The token that a form with this action carries.
    func formToken(_ action: String) -> String {
        FormToken(session: self.identity?.csrf ?? "").text(for: action)
    }

    /// The actions of forms that are the same on each page that has them, by the names under which templates ask for their tokens.
    private static let forms = [
        "signOut": "/sign-out", "handle": "/events/handle", "settings": "/settings", "password": "/settings/password",
        "keys": "/keys", "test": "/servers/test",
    ]

    /// What a form sent, without the token that was checked already.
    var form: Parameters {
        get throws {
            var form = self.body
            _ = try form.string("csrf")
            return form
        }
    }

    private static let navigation: [(name: String, href: String, access: Access)] = [
        ("overview", "/", .read), ("events", "/events", .read), ("triggers", "/triggers", .read),
        ("hosts", "/hosts", .read), ("items", "/items", .read), ("servers", "/servers", .read),
        ("users", "/users", .admin), ("keys", "/keys", .admin), ("audit", "/audit", .admin),
        ("settings", "/settings", .read),
    ]
}

extension Access {
    fileprivate func allows(_ identity: Identity?) -> Bool { identity.map(self.allows) ?? false }
}
