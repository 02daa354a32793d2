internal import ArgumentParser
internal import Operations
internal import Store

/// `user list`.
struct ListUsers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the users.",
        discussion: "Example: hatohol-server user list"
    )

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print one JSON object per line.") var json = false

    func run() async throws {
        let users = try await self.common.openStore().users()
        var output = Output()
        var table = Table(["ID", "NAME", "ROLE", "PASSWORD", "HOST GROUPS", "NOTE"])
        for user in users {
            if self.json {
                output.write(JSON(user).adding(["hasPassword": .bool(!user.passwordHash.isEmpty)]))
            } else {
                table.add([
                    "\(user.id)", user.name.printable, user.role.word, user.passwordHash.isEmpty ? "none" : "set",
                    user.hostGroups.isEmpty ? "all" : user.hostGroups.joined(separator: ", ").printable,
                    user.note.printable,
                ])
            }
        }
        if !self.json { for line in table.lines { output.line(line) } }
    }
}
