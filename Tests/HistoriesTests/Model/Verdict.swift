/// What is wrong with the lines that arrived; empty if nothing is.
struct Verdict: Sendable {
    var lost: [String] = []
    var repeated: [String] = []
    /// Texts that nobody wrote.
    var unknown: [String] = []

    /// Lines that came behind later ones of the same file.
    var disordered: [String] = []

    /// What kinds of mistakes there are, with their texts.
    var kinds: [(name: String, texts: [String])] {
        [("lost", self.lost), ("repeated", self.repeated), ("unknown", self.unknown), ("disordered", self.disordered)]
            .filter { !$0.1.isEmpty }
    }

    var isEmpty: Bool { self.kinds.isEmpty }
}

extension Verdict: CustomStringConvertible {
    var description: String {
        self.kinds.map { name, texts in
            let shown = texts.prefix(4).map { $0.prefix(24) }.joined(separator: ", ")
            return "\(texts.count) \(name) (\(shown)\(texts.count > 4 ? ", …" : ""))"
        }
        .joined(separator: "; ")
    }
}

extension Model {
    /// So much of a text tells lines apart; what is longer may arrive in two fields.
    static let keyLength = 200

    /// How often each text must come at least and may come at most.
    var bounds: [Substring: ClosedRange<Int>] {
        var bounds: [Substring: ClosedRange<Int>] = [:]
        for origin in self.origins {
            let least = origin.isRequired ? 1 : 0
            let most = (origin.isOld ? 0 : 1) + origin.extra
            let before = bounds[origin.text.prefix(Self.keyLength)] ?? 0...0
            bounds[origin.text.prefix(Self.keyLength)] =
                before.lowerBound + least...before.upperBound + max(least, most)
        }
        return bounds
    }

    /// Compares what arrived with what had to arrive.
    func judge(_ arrived: [String]) -> Verdict {
        let counts = Dictionary(grouping: arrived) { $0.prefix(Self.keyLength) }.mapValues(\.count)
        let bounds = self.bounds
        var verdict = Verdict()
        for (text, range) in bounds {
            let count = counts[text] ?? 0
            if count < range.lowerBound { verdict.lost.append(String(text)) }
            if count > range.upperBound { verdict.repeated.append(String(text)) }
        }
        let split = self.origins.filter(\.isSplit).map(\.text)
        for text in counts.keys
        where bounds[text] == nil && !split.contains(where: { $0.contains(text) }) {
            verdict.unknown.append(String(text))
        }
        verdict.disordered = self.disordered(arrived)
        verdict.lost.sort()
        verdict.repeated.sort()
        verdict.unknown.sort()
        return verdict
    }

    /// Texts that came, for the first time, behind later ones of the same file; of lines that may come twice nobody can tell.
    private func disordered(_ arrived: [String]) -> [String] {
        let births = Dictionary(grouping: self.origins.indices) { self.origins[$0].birth }
        var writers = Dictionary(grouping: self.origins.indices) { self.origins[$0].text.prefix(Self.keyLength) }
        for (birth, members) in births
        where birth == nil || members.contains(where: { self.origins[$0].extra > 0 || self.origins[$0].isOld }) {
            for index in members { writers[self.origins[index].text.prefix(Self.keyLength)] = nil }
        }
        var indices = writers.filter { $0.value.count == 1 }.compactMapValues(\.first)
        var last: [Birth: Int] = [:]
        var late: [String] = []
        for text in arrived {
            guard let index = indices.removeValue(forKey: text.prefix(Self.keyLength)),
                let birth = self.origins[index].birth
            else { continue }
            if index < last[birth, default: 0] { late.append(text) } else { last[birth] = index }
        }
        return late
    }

    /// Whether all that must have arrived by now is there.
    func isSatisfied(by arrived: [String]) -> Bool { self.judge(arrived).lost.isEmpty }
}
