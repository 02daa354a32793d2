internal import ArgumentParser
internal import Store

/// `db prune`.
struct PruneDatabase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Deletes the oldest events in small steps; the server may go on running.",
        discussion: """
            The oldest are those that arrived first, whatever time they claim. What is known of event ids stays, so that a deleted event
            that is sent again does not come back.

            Example: hatohol-server db prune --before 90d
            """
    )

    @OptionGroup var common: CommonOptions
    @Option(help: "Delete events that arrived before this time: a time, or an age such as 90d.") var before:
        TimeArgument?
    @Option(help: "Keep at most so many, those that arrived last.") var keep: Int64?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard self.before != nil || self.keep != nil else { throw ValidationError("Say --before or --keep.") }
        guard self.keep.map({ $0 > 0 }) ?? true else { throw ValidationError("--keep is a positive number.") }
    }

    func run() async throws {
        let store = try self.common.openStore()
        var deleted: Int64 = 0
        if let before = self.before { deleted += try await store.prune(before: before.timestamp) }
        if let keep = self.keep { deleted += try await store.prune(keeping: keep) }
        var output = Output()
        if self.json {
            output.object { $0.member("deleted", deleted) }
        } else {
            output.line("\(deleted) events deleted")
        }
    }
}
