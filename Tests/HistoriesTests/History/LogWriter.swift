import TestSupport

/// A log of one program: where it lies, how it is rotated, and what of it the follower is told to follow.
struct LogWriter {
    /// The option `--tail`.
    let pattern: String
    /// The path that the program writes to.
    private var path: String
    private let layout: Layout
    private let names: Names
    private let way: Way
    private let compression: Compression
    /// How many lines of the same text each new file begins with.
    private let header: Step.Lines?
    private let width: Int
    private var generation = 0
    private var rotated: [String] = []

    /// Where the program writes.
    private enum Layout: CaseIterable {
        /// To a file that is rotated.
        case plain
        /// To a file with the day in its name.
        case dated
        /// To a file that a link leads to: `/var/log/containers/x.log` to `/var/log/pods/x/0.log`.
        case container
        /// To a file to which a link leads that leads to another link.
        case chain
        /// To a file with a number in its name; a link `current.log` leads to the newest one.
        case current
    }

    /// How rotated files are called.
    private enum Names: CaseIterable {
        case numbers
        case dates
        case datesBeforeExtension
        case numbersBeforeExtension
        case lumberjack
        case log4j2
        case old
    }

    private enum Way: CaseIterable {
        case rename
        case copyTruncate
        case renameCopy
        case copy
    }

    private enum Compression: CaseIterable {
        case none
        case atOnce
        case later
    }

    /// A log whose name tells it from the others.
    static func make(_ index: Int, _ random: inout SeededRandom) -> Self {
        let name = ["app", "web"][index]
        let layout = random.chance(60) ? .plain : random.one(of: Layout.allCases)
        let names = random.chance(40) ? .numbers : random.one(of: Names.allCases)
        let (path, patterns) =
            switch layout {
            case .plain:
                (
                    "logs/\(name).log",
                    ["logs/\(name).log", "logs/\(name).log*", "logs/\(name)*", "logs/*.log", "logs/*"]
                )
            case .dated:
                ("logs/\(name)-20261101.log", ["logs/\(name)-*.log", "logs/\(name)*", "logs/*.log"])
            case .container, .chain:
                ("pods/\(name)/0.log", ["containers/*.log", "containers/\(name).log"])
            case .current: ("logs/\(name)-1.log", ["logs/\(name)-current.log"])
            }
        return Self(
            pattern: random.one(of: patterns),
            path: path,
            layout: layout,
            names: names,
            way: random.chance(40) ? .rename : random.one(of: Way.allCases),
            compression: random.chance(40) ? .none : random.one(of: Compression.allCases),
            header: random.chance(20)
                ? Step.Lines(count: random.one(of: [1, 3]), width: random.one(of: [20, 60, 300])) : nil,
            width: random.one(of: [12, 20, 64, 73, 93, 128])
        )
    }

    /// Makes the file and the links to it.
    mutating func begin(_ random: inout SeededRandom) -> [Step] {
        var steps = self.firstLines(&random)
        let name = self.path.split(separator: "/").dropFirst().joined(separator: "/")
        switch self.layout {
        case .plain, .dated: break
        case .container: steps.append(.link(self.linkName, to: "../pods/\(name)"))
        case .chain:
            steps.append(.link("volumes/link.log", to: "../pods/\(name)"))
            steps.append(.link(self.linkName, to: "../volumes/link.log"))
        case .current: steps.append(.link(self.linkName, to: name))
        }
        return steps
    }

    private var linkName: String {
        let name = self.path.split(separator: "/")[1].prefix { $0 != "-" }
        return self.layout == .current ? "logs/\(name)-current.log" : "containers/\(name).log"
    }

    /// Some more lines.
    func lines(_ random: inout SeededRandom) -> Step { .append(self.path, self.amount(&random)) }

    private func amount(_ random: inout SeededRandom) -> Step.Lines {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: random.one(of: [Step.Lines(count: 1, width: 511), Step.Lines(count: 7, width: 73)])
        case 1: random.one(of: [Step.Lines(count: 1, width: 512), Step.Lines(count: 8, width: 64)])
        case 2: random.one(of: [Step.Lines(count: 1, width: 1023), Step.Lines(count: 11, width: 93)])
        case 3: random.one(of: [Step.Lines(count: 1, width: 1024), Step.Lines(count: 16, width: 64)])
        case 4...5: Step.Lines(count: Int.random(in: 1...3, using: &random), width: self.width)
        case 6: Step.Lines(count: 300, width: self.width)
        default: Step.Lines(count: Int.random(in: 10...60, using: &random), width: self.width)
        }
    }

    /// What a new file begins with.
    private func firstLines(_ random: inout SeededRandom) -> [Step] {
        var steps: [Step] = []
        if let header = self.header { steps.append(.header(self.path, header)) }
        if steps.isEmpty || random.chance(70) {
            steps.append(
                random.chance(15) ? .append(self.path, Step.Lines(count: 0, width: 0)) : self.lines(&random)
            )
        }
        return steps
    }

    // MARK: Changes

    /// A rotation, or something else that happens to files.
    mutating func change(_ random: inout SeededRandom) -> [Step] {
        guard random.chance(85) else { return self.mishap(&random) }
        switch self.layout {
        case .plain: return self.rotate(&random)
        case .dated: return self.nextDay(&random)
        case .container, .chain:
            return random.chance(25) ? self.restartContainer(&random) : self.rotate(&random)
        case .current: return self.nextFile(&random)
        }
    }

    private mutating func mishap(_ random: inout SeededRandom) -> [Step] {
        let steps: [Step]
        switch Int.random(in: 0..<8, using: &random) {
        case 0: steps = [.truncate(self.path)] + self.firstLines(&random)
        case 1: steps = [.delete(self.path)] + self.firstLines(&random)
        case 2:
            // As rsync(1) and editors do.
            let hidden = World.join(World.directory(of: self.path), ".temporary")
            steps = [
                .copy(self.path, to: hidden), .append(hidden, self.amount(&random)),
                .rename(hidden, to: self.path),
            ]
        case 3: steps = [.hold(self.path), .delete(self.path), .write(self.amount(&random))]
        case 4: steps = [.copy(self.path, to: self.path + ".backup")]
        case 5: steps = [.twin(World.join(World.directory(of: self.path), "equal.log"), of: self.path)]
        case 6: steps = [.begin(self.path, width: self.width), .pause(20), self.lines(&random)]
        default: steps = self.rotated.last.map { [.delete($0)] } ?? [.truncate(self.path)]
        }
        return steps
    }

    private mutating func rotate(_ random: inout SeededRandom) -> [Step] {
        var steps = self.shift()
        let name = self.nextName()
        let late = random.chance(30) ? [self.lines(&random)] : []
        switch self.way {
        case .rename:
            let isLate = random.chance(25)
            if isLate { steps.append(.hold(self.path)) }
            steps += [.rename(self.path, to: name)] + self.firstLines(&random)
            if isLate { steps.append(.write(self.amount(&random))) }
        case .copyTruncate:
            steps += late + [.copy(self.path, to: name), .truncate(self.path)] + self.firstLines(&random)
        case .renameCopy:
            let temporary = self.path + ".tmp"
            steps += [.rename(self.path, to: temporary)] + self.firstLines(&random)
            steps += [.copy(temporary, to: name), .delete(temporary)]
        case .copy: steps += [.copy(self.path, to: name)] + late
        }
        self.rotated.append(name)
        return steps + self.compress() + self.removeOldest(&random)
    }

    /// Gives each rotated file the next number, if that is how they are called.
    private mutating func shift() -> [Step] {
        guard self.names == .numbers || self.names == .numbersBeforeExtension || self.names == .old
        else { return [] }
        var steps: [Step] = []
        for (index, name) in self.rotated.enumerated() {
            let isCompressed = name.hasSuffix(".gz")
            let next = self.numbered(self.rotated.count - index + 1) + (isCompressed ? ".gz" : "")
            steps.append(.rename(name, to: next))
            self.rotated[index] = next
        }
        return steps
    }

    private func numbered(_ number: Int) -> String {
        switch self.names {
        case .numbersBeforeExtension: self.path.dropLast(4) + ".\(number).log"
        case .old: number == 1 ? self.path + ".old" : self.path + ".\(number)"
        default: self.path + ".\(number)"
        }
    }

    private mutating func nextName() -> String {
        self.generation += 1
        let two = self.generation < 10 ? "0\(self.generation)" : "\(self.generation)"
        let stem = self.path.dropLast(4)
        return switch self.names {
        case .numbers, .numbersBeforeExtension, .old: self.numbered(1)
        case .dates: "\(self.path)-202611\(two)"
        case .datesBeforeExtension: "\(stem)-202611\(two).log"
        case .lumberjack: "\(stem)-2026-11-\(two)T20-00-00.000.log"
        case .log4j2: "\(stem)-11-\(two)-2026-1.log"
        }
    }

    private mutating func compress() -> [Step] {
        let index =
            switch self.compression {
            case .none: -1
            case .atOnce: self.rotated.count - 1
            case .later: self.rotated.count - 2
            }
        guard index >= 0, !self.rotated[index].hasSuffix(".gz") else { return [] }
        let name = self.rotated[index]
        self.rotated[index] = name + ".gz"
        return [.gzip(name, to: name + ".gz"), .delete(name)]
    }

    private mutating func removeOldest(_ random: inout SeededRandom) -> [Step] {
        guard self.rotated.count > 3, random.chance(50) else { return [] }
        return [.delete(self.rotated.removeFirst())]
    }

    private mutating func nextDay(_ random: inout SeededRandom) -> [Step] {
        self.rotated.append(self.path)
        self.generation += 1
        let two = self.generation < 9 ? "0\(self.generation + 1)" : "\(self.generation + 1)"
        let day = "\(self.path.prefix { $0 != "-" })-202611\(two).log"
        // A day may begin as the one before did.
        let first: [Step] = random.chance(15) ? [.twin(day, of: self.path)] : []
        self.path = day
        return first + self.firstLines(&random) + self.compress() + self.removeOldest(&random)
    }

    private mutating func restartContainer(_ random: inout SeededRandom) -> [Step] {
        self.generation += 1
        let link = self.linkName
        let number = (Int(self.path.split(separator: "/").last?.dropLast(4) ?? "") ?? 0) + 1
        self.path = "\(World.directory(of: self.path))/\(number).log"
        let target = self.path.split(separator: "/").dropFirst().joined(separator: "/")
        let name = self.layout == .chain ? "volumes/link.log" : link
        self.rotated = []
        return self.firstLines(&random) + [.link(name, to: "../pods/\(target)")]
    }

    private mutating func nextFile(_ random: inout SeededRandom) -> [Step] {
        self.generation += 1
        let link = self.linkName
        self.rotated.append(self.path)
        self.path = "\(self.path.prefix { $0 != "-" })-\(self.generation + 1).log"
        let file = String(self.path.split(separator: "/").last ?? "")
        return self.firstLines(&random) + [.link(link, to: file)] + self.compress()
            + self.removeOldest(&random)
    }
}
