/// What happens to some files while they are followed, as a script that can be printed, read and run again.
struct History: Hashable, Sendable {
    /// The options `--tail`, relative to the directory in which everything happens.
    var patterns: [String]
    var steps: [Step]
}

extension History: CustomStringConvertible {
    /// The script: a line for each pattern, then one for each step.
    ///
    /// Lines that begin with `#` are comments.
    var description: String {
        (self.patterns.map { "tail \($0)" } + self.steps.map(\.description)).joined(separator: "\n")
    }

    /// Reads a script; throws the first line that is none.
    init(_ script: String) throws(UnknownLine) {
        self.init(patterns: [], steps: [])
        for line in script.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("tail ") {
                self.patterns.append(String(line.dropFirst(5)))
            } else if let step = Step(line) {
                self.steps.append(step)
            } else {
                throw UnknownLine(line: String(line))
            }
        }
    }

    struct UnknownLine: Error {
        var line: String
    }
}
