internal import ArgumentParser

/// How a command answers.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Answer in JSON.")
    var json = false

    /// Prints a value as JSON, or lines for people.
    func show(_ value: @autoclosure () -> JSON, or lines: @autoclosure () -> [String]) {
        if self.json {
            print(value())
        } else {
            for line in lines() { print(line) }
        }
    }
}
