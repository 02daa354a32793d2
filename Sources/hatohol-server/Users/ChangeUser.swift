internal import ArgumentParser
internal import Console
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
        let old = try await store.existingUser(self.name)
        var user = old
        if let role = self.role { user.role = role.role }
        if let note = self.note { user.note = note }
        if !self.hostGroup.isEmpty { user.hostGroups = self.hostGroup.filter { !$0.isEmpty } }
        if self.password { user.passwordHash = try await Password.newHash(userName: user.name) }
        let audit = CommandLineActor.current.audit("user.change", before: old, after: user)
        try await store.update(user, audit: audit)
    }
}
