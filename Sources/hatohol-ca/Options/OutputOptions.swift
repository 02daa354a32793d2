internal import ArgumentParser
internal import Escaping

/// How a command answers.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Answer in JSON.")
    var json = false

    /// Prints a value as JSON, or lines for people, in which nothing drives the terminal.
    func show(_ value: @autoclosure () -> JSON, or lines: @autoclosure () -> [String]) {
        if self.json {
            print(value())
        } else {
            for line in lines() {
                let parts = line.split(separator: "\n", omittingEmptySubsequences: false)
                for part in parts { print(String(part).escaped(for: .terminalLine)) }
            }
        }
    }
}
