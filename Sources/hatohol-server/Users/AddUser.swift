internal import ArgumentParser
internal import JSONRPC
internal import Operations
internal import Store

/// `user add`.
struct AddUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Adds a user; the password comes from the terminal or standard input.",
        discussion: "Example: hatohol-server user add hana --role admin"
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "The name to sign in with.") var name: String
    @Option(help: "admin or readonly.") var role = RoleArgument(role: .readonly)
    @Option(help: "For other administrators to read.") var note = ""
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let administration = Administration(of: try self.common.openStore(creating: true), by: .current)
        var change = UserChange()
        change.name = self.name
        change.role = self.role.role
        change.note = self.note
        try change.check()
        change.password = try Password.new()
        let id = try await administration.addUser(change).id
        var output = Output()
        if self.json { output.object { $0.member("id", id) } } else { output.line("\(id)") }
    }
}

/// A role on the command line.
struct RoleArgument: ExpressibleByArgument {
    var role: Role

    init(role: Role) { self.role = role }

    init?(argument: String) {
        guard let role = Role.allCases.first(where: { $0.word == argument }) else { return nil }
        self.role = role
    }

    var defaultValueDescription: String { self.role.word }

    static var allValueStrings: [String] { Role.allCases.map(\.word) }
}

extension Role {
    var word: String {
        switch self {
        case .readonly: "readonly"
        case .admin: "admin"
        }
    }
}

extension MonitoringStore {
    /// The user with this name, or an error that says so.
    func existingUser(_ name: String) async throws -> User {
        guard let user = try await self.user(named: name) else {
            throw CommandError("find user", "there is no user \(name)", "see `hatohol-server user list`")
        }
        return user
    }
}
