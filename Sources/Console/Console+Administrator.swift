internal import Operations
public import Store

extension Console {
    /// Makes a link that signs an administrator in once, within an hour; the first administrator is made if there is none.
    ///
    /// `base` is where the console is reached, such as `https://monitor.example:8443`. Whoever has the link is the
    /// administrator, so it is printed on the terminal of the person who started the server, and nowhere else.
    public static func administratorLink(store: MonitoringStore, base: String) async throws -> String {
        let now = Timestamp.now
        let users = try await store.users()
        let id: User.ID
        if let administrator = users.first(where: { $0.role == .admin }) {
            id = administrator.id
        } else {
            let isFree = !users.contains { $0.name.lowercased() == "admin" }
            id = try await store.add(User(name: isFree ? "admin" : "administrator", role: .admin, created: now))
        }
        let token = Secret.token()
        try await store.addSignInLink(hash: Secret.hash(token), user: id, expires: now.advanced(seconds: 3600))
        return "\(base)/sign-in/link?token=\(token)"
    }

    /// Whether nobody can sign in yet, so that a link is needed.
    public static func needsAdministrator(store: MonitoringStore) async throws -> Bool {
        try await !store.users().contains { $0.role == .admin && !$0.passwordHash.isEmpty && !$0.name.isEmpty }
    }
}
