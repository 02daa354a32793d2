/// Why a command failed: at which step, why, and what to do; one line.
struct CommandError: Error, CustomStringConvertible {
    var stage: String
    var reason: String
    var advice: String

    init(_ stage: String, _ reason: String, _ advice: String) {
        self.stage = stage
        self.reason = reason
        self.advice = advice
    }

    var description: String { "\(self.stage): \(self.reason); \(self.advice)" }
}
