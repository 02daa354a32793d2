internal import ArgumentParser

/// `arm`: how the arms are.
struct Arms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arm",
        abstract: "Shows how the arms are, and what they sent that nobody could use.",
        subcommands: [ArmStatusCommand.self, ArmMessages.self]
    )
}
