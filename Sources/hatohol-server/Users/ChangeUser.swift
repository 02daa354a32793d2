internal import ArgumentParser
internal import Operations
internal import Store

/// `user change`.
struct ChangeUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change",
        abstract: "Changes a user; what is not named stays.",
        discussion: """
            With --password the new one comes from the terminal or standard input.

            Example: hatohol-server user change hana --password
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "The name the user signs in with.") var name: String
    @Option(help: "admin or readonly.") var role: RoleArgument?
    @Option(help: "For other administrators to read.") var note: String?
    @Option(name: .customLong("host-group"), help: "Sees only this host group; repeatable. An empty one means all.")
    var hostGroup: [String] = []
    @Flag(help: "Set a new password.") var password = false

    func validate() throws {
        guard self.role != nil || self.note != nil || !self.hostGroup.isEmpty || self.password else {
            throw ValidationError("Say what to change: --role, --note, --host-group or --password.")
        }
    }

    func run() async throws {
        let store = try self.common.openStore()
        let user = try await store.existingUser(self.name)
        var change = UserChange()
        change.role = self.role?.role
        change.note = self.note
        if !self.hostGroup.isEmpty { change.hostGroups = self.hostGroup.filter { !$0.isEmpty } }
        if self.password { change.password = try Password.new() }
        _ = try await Administration(of: store, by: .current).changeUser(user.id, change)
    }
}
