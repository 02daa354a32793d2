/// Where in params something stands, kept so that naming it costs nothing until there is something to say.
struct Place: Sendable {
    /// The array or object that holds the members; empty at the top.
    var container: StaticString = ""
    /// The element of the array, or a negative number in an object.
    var index = -1

    func name(_ key: String) -> String {
        let container = self.container.description
        if container.isEmpty { return key }
        let element = self.index < 0 ? container : "\(container)[\(self.index)]"
        return key.isEmpty ? element : "\(element).\(key)"
    }
}

/// Gathers what is wrong and what was accepted although it deviates, up to a bound.
struct DecodingReport: Sendable {
    private(set) var problems: [String] = []
    private(set) var notes: [String] = []
    private var hiddenProblems = 0
    private var hiddenNotes = 0

    var isClean: Bool { self.problems.isEmpty }

    mutating func problem(_ place: Place, _ key: String, _ text: String) {
        guard self.problems.count < InvalidParams.mostProblems else {
            self.hiddenProblems += 1
            return
        }
        self.problems.append(Self.entry(place.name(key), text))
    }

    mutating func note(_ place: Place, _ key: String, _ text: String) {
        guard self.notes.count < InvalidParams.mostProblems else {
            self.hiddenNotes += 1
            return
        }
        self.notes.append(Self.entry(place.name(key), text))
    }

    var error: InvalidParams {
        InvalidParams(problems: Self.complete(self.problems, self.hiddenProblems))
    }

    var allNotes: [String] { Self.complete(self.notes, self.hiddenNotes) }

    private static func entry(_ place: String, _ text: String) -> String {
        place.isEmpty ? text : "\(place): \(text)"
    }

    private static func complete(_ entries: [String], _ hidden: Int) -> [String] {
        hidden == 0 ? entries : entries + ["and \(hidden) more"]
    }
}
