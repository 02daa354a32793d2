/// Completes abbreviated long options the way Python's argparse does: a prefix stands for the only option it fits.
struct Abbreviations {
    let names: Set<String>
    /// The options a prefix means when it fits other ones as well, so that new options break no old command line.
    let preferred: Set<String>

    /// The arguments with every option spelled out; unknown ones stay as they are.
    ///
    /// - Throws: ``AmbiguousOption``.
    func expand(_ arguments: [String]) throws(AmbiguousOption) -> [String] {
        var result: [String] = []
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return result + arguments[index...] }
            try result.append(self.expand(argument))
        }
        return result
    }

    private func expand(_ argument: String) throws(AmbiguousOption) -> String {
        guard argument.hasPrefix("--") else { return argument }
        let prefix = argument.dropFirst(2).prefix { $0 != "=" }
        guard !self.names.contains(String(prefix)) else { return argument }
        let candidates = self.names.filter { $0.hasPrefix(prefix) }
        let originals = candidates.intersection(self.preferred)
        guard let name = originals.count == 1 ? originals.first : candidates.first else { return argument }
        guard originals.count == 1 || candidates.count == 1 else {
            throw AmbiguousOption(option: "--\(prefix)", candidates: candidates.sorted())
        }
        return "--\(name)" + argument.dropFirst(2 + prefix.count)
    }
}

/// An abbreviation that fits several options.
struct AmbiguousOption: Error, CustomStringConvertible {
    let option: String
    let candidates: [String]

    var description: String {
        "option \(self.option) is ambiguous: \(self.candidates.map { "--\($0)" }.joined(separator: ", "))"
    }
}
