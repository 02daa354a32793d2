internal import ArgumentParser
internal import Operations
internal import Store

/// `user remove`.
struct RemoveUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes a user, who is signed out at once.",
        discussion: "Example: hatohol-server user remove hana"
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "The name the user signs in with.") var name: String

    func run() async throws {
        let store = try self.common.openStore()
        let user = try await store.existingUser(self.name)
        try await Administration(of: store, by: .current).removeUser(user.id)
    }
}
