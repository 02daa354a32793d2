internal import Hummingbird
internal import Operations
internal import Store

/// A request on its way through a handler.
struct Call: Sendable {
    let site: Site
    let request: Request
    let context: ConsoleContext
    let identity: Identity?
    let language: Language
    /// Where the request came from, behind trusted proxies.
    let address: String
    let isSecure: Bool
    let now: Timestamp
    /// The form or the JSON object that was sent; empty when there was none.
    let body: Parameters

    var store: MonitoringStore { self.site.store }
    var path: String { self.request.uri.path }
    var query: Parameters { Parameters(form: self.request.uri.query ?? "") }
    var isAPI: Bool { Site.isAPI(self.path) }

    /// Who is signed in; only to be asked on routes that are not open.
    var user: User {
        get throws(Problem) {
            guard let identity = self.identity else { throw Problem(401, "Sign in first.") }
            return identity.user
        }
    }

    /// What this person may see.
    var visible: EventFilter { self.identity?.visible ?? .any([]) }

    /// The number in the path.
    func id(_ name: String = "id") throws(Problem) -> Int64 {
        guard let text = self.context.parameters.get(name), text.utf8.count <= 19,
            text.utf8.allSatisfy({ (48...57).contains($0) }), let id = Int64(text)
        else { throw .notFound }
        return id
    }

    /// What the audit log is going to say about this request; the store writes it together with the change.
    func audit(
        _ action: String,
        _ subject: String,
        by actor: String? = nil,
        before: JSON? = nil,
        after: JSON? = nil
    ) -> AuditRecord {
        let name = actor ?? self.identity?.user.name ?? ""
        return Actor(name: name, address: self.address).audit(action, subject, before: before, after: after)
    }

    /// What this person does to servers and people.
    var administration: Administration {
        let actor = Actor(name: self.identity?.user.name ?? "", address: self.address)
        return Administration(of: self.store, by: actor, passwords: self.site.passwords)
    }

    func text(_ key: String) -> String { Catalogue.shared.text(key, self.language) }
}
