internal import ArgumentParser
internal import Glibc
internal import Operations
internal import Store

/// `server remove`.
struct RemoveServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes a monitoring server and everything that came from it.",
        discussion: """
            On a terminal it asks first. Its data is deleted in small steps, here or, if this command is interrupted, by the running server.
            Its id is never used again.

            Example: hatohol-server server remove 3
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "The server's id.") var id: Int64
    @Flag(help: "Do not ask.") var yes = false

    func run() async throws {
        let store = try self.common.openStore()
        let server = try await store.server(self.id)
        let events = try await store.eventCount(server: self.id)
        let subject = "server \(self.id) (\(server.nickname.printable)) and its \(events) events"
        guard self.yes || Self.isConfirmed("remove \(subject) for good?") else {
            throw CommandError("remove", "nothing was removed", "answer yes, or say --yes")
        }
        try await Administration(of: store, by: .current).removeServer(self.id)
        _ = try await store.purgeRemovedServers()
        var output = Output()
        output.line("removed \(subject)")
    }

    /// Whether whoever sits at the terminal says yes; without a terminal there is nobody to ask, and scripts go on.
    private static func isConfirmed(_ question: String) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else { return true }
        var bytes = Array("\(question) [y/N] ".utf8)
        _ = write(STDERR_FILENO, &bytes, bytes.count)
        return ["y", "yes"].contains(readLine()?.lowercased())
    }
}
