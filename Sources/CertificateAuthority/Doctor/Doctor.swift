/// Looks for what is wrong with an authority's directory, and puts in order what can be.
public struct Doctor {
    /// One thing that was looked at.
    public struct Finding: Sendable {
        /// How bad it is.
        public enum Level: String, Sendable {
            case good, repaired, warning, error
        }
        /// How bad it is.
        public let level: Level
        /// What was looked at.
        public let subject: String
        /// What was found.
        public let text: String
    }

    /// What was found, in the order of looking.
    public private(set) var findings: [Finding] = []
    let layout: Layout
    let isRepairing: Bool
    let clock: @Sendable () -> Timestamp

    /// Examines the directory; with `repair` it also puts things in order, holding the lock.
    ///
    /// Before a file is changed its content is kept with the ending `.old`.
    public init(
        base: String,
        repair: Bool,
        patience: Patience = 30,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) throws {
        // Without a current directory a relative path stays as it is, and what is not found there is said below.
        self.layout = Layout(base: (try? FileSystem.absolute(base)) ?? base)
        self.isRepairing = repair
        self.clock = clock
        guard FileSystem.exists(self.layout.directory) else {
            throw AuthorityError(
                .missing,
                "examining \(base)",
                "there is no authority",
                advice: "'hatohol-ca init' makes one"
            )
        }
        var lock: DirectoryLock?
        if repair {
            try FileSystem.makeDirectory(self.layout.records, mode: 0o700)
            lock = try DirectoryLock(self.layout, patience: patience)
        }
        try self.examineTraces()
        try self.examineIndex()
        try self.examineFiles()
        try self.examineNumbers()
        withExtendedLifetime(lock) {}
        lock = nil
        // From here on everything goes the usual way, which also completes an interrupted change of ours.
        try self.examineAuthority(patience: patience)
    }

    /// Whether something needs an operator.
    public var hasErrors: Bool { self.findings.contains { $0.level == .error } }

    mutating func add(_ level: Finding.Level, _ subject: String, _ text: String) {
        self.findings.append(Finding(level: level, subject: subject, text: text))
    }

    /// Repairs if asked to, and says so; otherwise says what is wrong.
    mutating func repair(
        _ subject: String,
        _ text: String,
        level: Finding.Level = .error,
        _ action: () throws -> Void
    ) throws {
        guard self.isRepairing else { return self.add(level, subject, "\(text); --repair puts it in order") }
        try action()
        self.add(.repaired, subject, text)
    }
}
