import Operations
import Store
import TestSupport
import Testing

/// What may be done with people and servers, and what the audit log says about it.
struct AdministrationTests {
    private let directory: TemporaryDirectory
    private let store: MonitoringStore
    private let administration: Administration
    private static let password = "green tractors fly 77"

    init() throws {
        self.directory = try TemporaryDirectory()
        self.store = try MonitoringStore(directory: self.directory.path)
        self.administration = Administration(of: self.store, by: Actor(commandLine: "hana"))
    }

    private func change(_ name: String, _ set: (inout UserChange) -> Void = { _ in }) -> UserChange {
        var change = UserChange()
        (change.name, change.password, change.role) = (name, Self.password, .admin)
        set(&change)
        return change
    }

    @Test(arguments: [
        "", "   ", "bad\nname", "a b", String(repeating: "x", count: 65), "e" + String(repeating: "\u{301}", count: 64),
        "ha\u{200D}na", "=HYPERLINK(1)", "a/b", "\u{202E}anah",
    ])
    func aNameThatNobodyCanUseIsRefused(_ name: String) async throws {
        let refusal = await #expect(throws: Refusal.self) { try await self.administration.addUser(self.change(name)) }
        #expect(refusal?.rule == .badUserName)
        #expect(try await self.store.users().isEmpty)
    }

    @Test(arguments: ["hana", "花子", "hana.s@example.com", "O-1_x", "Zoe\u{301}"])
    func aNameIsTaken(_ name: String) async throws {
        let user = try await self.administration.addUser(self.change(name))
        #expect(try await self.store.user(user.id).name == name)
    }

    @Test func aPasswordIsNeededAndJudged() async throws {
        for password in [nil, "", "short", "hanahanahana"] {
            let refusal = await #expect(throws: Refusal.self) {
                try await self.administration.addUser(self.change("hana") { $0.password = password })
            }
            #expect(refusal?.parameter == "password")
        }
        let user = try await self.administration.addUser(self.change("hana"))
        #expect(try await PasswordHasher().verify(Self.password, against: user.passwordHash))
    }

    /// A person from a time without the rule about names is changed, and renamed.
    @Test func onlyWhatIsGivenIsChecked() async throws {
        let id = try await self.store.add(User(name: "bad name", role: .readonly, created: .now))
        var change = UserChange()
        change.note = "of old"
        #expect(try await self.administration.changeUser(id, change).note == "of old")
        change.name = "bad name"
        #expect(try await self.administration.changeUser(id, change).name == "bad name")
        change.name = "worse name"
        await #expect(throws: Refusal.self) { try await self.administration.changeUser(id, change) }
        change.name = "good-name"
        #expect(try await self.administration.changeUser(id, change).name == "good-name")
    }

    @Test func eachChangeIsRecorded() async throws {
        var server = ServerChange()
        (server.nickname, server.brokerURL, server.queue) = ("web1", "amqps://u:hidden-word@broker.example.com", "web1")
        let added = try await self.administration.addServer(server)
        var interval = ServerChange()
        interval.pollingInterval = 60
        _ = try await self.administration.changeServer(added.id, interval)
        try await self.administration.removeServer(added.id)
        let user = try await self.administration.addUser(self.change("hana"))
        try await self.administration.removeUser(try await self.administration.addUser(self.change("taro")).id)
        _ = try await self.administration.changeUser(user.id, UserChange())
        let log = try await self.store.audit(limit: 100).reversed()
        #expect(
            log.map(\.action) == [
                "server.add", "server.change", "server.remove", "user.add", "user.add", "user.remove", "user.change",
            ]
        )
        #expect(log.allSatisfy { $0.actor == "hana" && $0.address == "command line" })
        #expect(
            log.allSatisfy {
                !($0.before + $0.after).contains("hidden-word") && !($0.before + $0.after).contains("scrypt")
            }
        )
    }

    @Test func whatIsNeededForAServer() async throws {
        let refusal = await #expect(throws: Refusal.self) { try await self.administration.addServer(ServerChange()) }
        #expect(refusal?.parameter == "nickname")
    }
}
