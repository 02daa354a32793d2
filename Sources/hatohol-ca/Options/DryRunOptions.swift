internal import ArgumentParser

/// Whether a command only says what it would do.
struct DryRunOptions: ParsableArguments {
    @Flag(help: "Say what would be written, and write nothing.")
    var dryRun = false

    /// Says what would be written, and what else would happen.
    func show(_ files: [String], then others: [String] = [], _ output: OutputOptions) {
        output.show(
            ["dryRun": true, "wouldWrite": JSON(files), "then": JSON(others)],
            or: files.map { "would write \($0)" } + others
        )
    }
}
