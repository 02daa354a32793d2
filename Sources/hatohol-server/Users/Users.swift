internal import ArgumentParser

/// `user`: who may use the console.
struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Manages who may use the console.",
        subcommands: [AddUser.self, ListUsers.self, ChangeUser.self, RemoveUser.self]
    )
}
