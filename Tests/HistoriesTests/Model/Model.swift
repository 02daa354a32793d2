/// What a history does to the files, and what the follower has to make of it.
///
/// The model knows nothing of how a follower works. After each time the follower had to read everything (`settle`), it notes which
/// lines were in files that a follower promises to find: these must arrive. A line that never was in such a file at such a
/// time, because it was truncated or deleted before, may be missing. `docs/delivery.md` names these exceptions.
struct Model: Sendable {
    /// A line that a program wrote once.
    ///
    /// Copies of it have the same origin.
    struct Origin: Sendable {
        var text: String
        /// The file that it was written to, as that was then.
        var birth: Birth?
        /// It was in a file that the follower promises to find when the follower had time to read it.
        var isRequired = false
        /// It was there before the follower was started for the first time, with `--from end`.
        var isOld = false
        /// How many more times it may come: once for each copy of which nobody can know whether it is one.
        var extra = 0
        /// It was written in two pieces: pieces of it may come as lines if its file ends in between.
        var isSplit = false
        /// The follower had time to take the first piece for a line without an end.
        var isCutOff = false
    }

    /// A file between two truncations: its lines arrive in their order.
    struct Birth: Hashable, Sendable {
        var file: World.FileNumber
        var generation: Int
    }

    enum Follower: Hashable, Sendable {
        case stopped
        case running
        case frozen
    }

    /// What is certain to have been read of a file.
    struct Reading: Sendable {
        var generation: Int
        var bytes: Int
        /// Where the file lay.
        var directory: String
    }

    /// Which file another one is a copy of, and how much of that was certain to have been read when the copy was made.
    struct Copying: Sendable {
        var root: World.FileNumber
        var generation: Int
        var readBytes: Int
        /// The name that gzip(1) gives to an archive of it.
        var archiveName: String
        /// Its lines may come once more, which was counted already.
        var isDoubted = false
        /// The generation of the copy that holds this.
        var filled: Int
        /// In which absence of the follower the copy was made; 0 if the follower may have looked meanwhile.
        var absence: Int
    }

    let patterns: [String]
    var world = World()
    private(set) var origins: [Origin] = []
    private(set) var follower = Follower.stopped
    private(set) var wasStarted = false
    /// How often the follower was stopped, killed or frozen.
    private var absences = 1
    var readings: [World.FileNumber: Reading] = [:]
    var copies: [World.FileNumber: Copying] = [:]
    /// Files that the follower certainly has open, so that it can read them even after they are deleted.
    var open: Set<World.FileNumber> = []
    /// Files that a pattern has matched.
    private var matched: Set<World.FileNumber> = []
    /// Files that were there when the follower looked, and those of them that had the name of their log then.
    private var seen: Set<World.FileNumber> = []
    private var seenAsLogs: Set<World.FileNumber> = []
    /// Files that have the name of their log, at the last look and at the one before it.
    private var logs: (before: Set<World.FileNumber>, now: Set<World.FileNumber>) = ([], [])
    /// Contents that are gone.
    ///
    /// A new file that begins with the same text cannot always be told from the old one.
    var ghosts: [[World.Line]] = []

    init(patterns: [String]) { self.patterns = patterns }

    // MARK: Steps

    /// Does a step; returns the bytes that it writes, or `nil` if the step is impossible and has to be left out.
    mutating func apply(_ step: Step) -> [UInt8]? {
        let before = self.follower
        self.world.step += 1
        let bytes = self.change(step)
        if before == .running, self.follower != .running { self.absences += 1 }
        if bytes != nil { self.noteMatches() }
        return bytes
    }

    private mutating func change(_ step: Step) -> [UInt8]? {
        switch step {
        case .append(let name, let lines): return self.write(lines, to: self.writableFile(at: name))
        case .write(let lines): return self.world.held.flatMap { self.write(lines, to: $0) }
        case .header(let name, let lines):
            return self.writeHeader(lines, to: self.writableFile(at: name))
        case .begin(let name, let width): return self.begin(width, in: self.writableFile(at: name))
        case .twin(let name, let other): return self.makeTwin(name, of: other)
        case .hold(let name):
            guard let file = self.world.file(at: name) else { return nil }
            self.world.held = file
            return []
        case .rename(let name, let to): return self.rename(name, to: to) ? [] : nil
        case .copy(let name, let to): return self.copy(name, to: to) ? [] : nil
        case .gzip(let name, let to): return self.compress(name, to: to) ? [] : nil
        case .truncate(let name):
            guard let file = self.world.file(at: name), self.world.files[file]?.isCompressed == false
            else {
                return nil
            }
            self.remember(file)
            self.world.files[file]?.truncate()
            return []
        case .delete(let name):
            guard self.world.entries[name] != nil else { return nil }
            self.setEntry(name, nil)
            return []
        case .link(let name, let to):
            if case .file = self.world.entries[name] { return nil }
            guard World.join(World.directory(of: name), to) != name else { return nil }
            self.setEntry(name, .link(to))
            return []
        case .start, .stop, .kill, .freeze, .thaw, .settle, .pause, .look, .glance, .read:
            return self.control(step) ? [] : nil
        }
    }

    private mutating func control(_ step: Step) -> Bool {
        switch (step, self.follower) {
        case (.start(let beginning), .stopped):
            if !self.wasStarted, beginning == .end { self.markOld() }
            for number in self.world.files.keys.sorted() { self.doubtTwins(of: number) }
            self.wasStarted = true
            self.follower = .running
        case (.stop, .running), (.stop, .frozen), (.kill, .running), (.kill, .frozen):
            self.open = []
            self.follower = .stopped
        case (.freeze, .running): self.follower = .frozen
        case (.thaw, .frozen): self.follower = .running
        case (.settle, .running):
            self.noteSight()
            self.settle()
        case (.look, .running): self.noteSight()
        case (.pause, .running), (.glance, .running), (.read, .running): break
        default: return false
        }
        return true
    }

    private mutating func noteSight() {
        self.logs = (self.logs.now, [])
        for (number, file) in self.world.files {
            let names = self.world.paths(to: number).filter { !$0.contains("/.") }
            if !names.isEmpty { self.seen.insert(number) }
            if names.contains(file.log) { self.logs.now.insert(number) }
        }
        self.seenAsLogs.formUnion(self.logs.now)
    }

    /// What is there when a pattern is followed for the first time is not new.
    private mutating func markOld() {
        for (number, file) in self.world.files where self.isMatched(number) {
            for line in file.lines { self.origins[line.origin].isOld = true }
            self.readings[number] = self.reading(of: number)
        }
    }

    // MARK: Writing

    private mutating func writableFile(at name: String) -> World.FileNumber? {
        let log = self.world.resolve(name) ?? name
        let file = self.world.file(at: name) ?? self.world.makeFile(World.File(log: log), at: name)
        // A copy may end in half a line that its writer knows nothing of.
        return file.flatMap { file in
            guard let content = self.world.files[file], !content.isCompressed else { return nil }
            return content.half != nil || content.content.last ?? 0x0A == 0x0A ? file : nil
        }
    }

    private mutating func write(_ lines: Step.Lines, to file: World.FileNumber?) -> [UInt8]? {
        guard let file else { return nil }
        self.world.files[file]?.lastWritten = self.world.step
        var written = self.completeHalf(of: file)
        for _ in 0..<lines.count {
            let bytes = self.add(self.numberedText(lines.width), to: file)
            written += bytes
        }
        if !self.world.isLinked(file) { self.doubtOlderCopies(of: file) }
        return written
    }

    private mutating func writeHeader(_ lines: Step.Lines, to file: World.FileNumber?) -> [UInt8]? {
        guard let file else { return nil }
        self.world.files[file]?.lastWritten = self.world.step
        var written = self.completeHalf(of: file)
        for number in 0..<lines.count {
            written += self.add(Self.text("header\(number)", lines.width), to: file)
        }
        return written
    }

    private mutating func begin(_ width: Int, in file: World.FileNumber?) -> [UInt8]? {
        guard let file, self.world.files[file]?.half == nil else { return nil }
        let bytes = Array(self.numberedText(max(width, 12)).utf8) + [0x0A]
        let half = bytes.prefix(bytes.count / 2)
        self.origins[self.origins.count - 1].isSplit = true
        self.world.files[file]?.content += half
        self.world.files[file]?.half = (self.origins.count - 1, Array(bytes.dropFirst(half.count)))
        return Array(half)
    }

    private mutating func completeHalf(of file: World.FileNumber) -> [UInt8] {
        guard let half = self.world.files[file]?.half else { return [] }
        self.world.files[file]?.half = nil
        let content = self.world.files[file]?.content ?? []
        let first = self.origins[half.origin].text.utf8.count + 1 - half.rest.count
        if content.count >= first,
            content.suffix(first).elementsEqual(self.origins[half.origin].text.utf8.prefix(first))
        {
            self.world.files[file]?.append(half.rest, origin: half.origin)
        } else {
            self.world.files[file]?.content += half.rest  // its first half was truncated
        }
        return half.rest
    }

    /// A new origin with a text that no other line has.
    private mutating func numberedText(_ width: Int) -> String {
        let text = Self.text("n\(self.origins.count + 100_000)", width)
        self.origins.append(Origin(text: text))
        return text
    }

    private static func text(_ name: String, _ width: Int) -> String {
        let rest = width - name.utf8.count - 2
        return rest > 0 ? "\(name) " + String(repeating: "x", count: rest) : name
    }

    /// Adds a line to a file; its origin is the last one if that has this text, else a new one.
    private mutating func add(_ text: String, to file: World.FileNumber) -> [UInt8] {
        if !text.hasPrefix("n") || self.origins.last?.text != text {
            self.origins.append(Origin(text: text))
        }
        let bytes = Array(text.utf8) + [0x0A]
        self.world.files[file]?.append(bytes, origin: self.origins.count - 1)
        self.origins[self.origins.count - 1].birth = Birth(
            file: file,
            generation: self.world.files[file]?.generation ?? 0
        )
        return bytes
    }

    private mutating func makeTwin(_ name: String, of other: String) -> [UInt8]? {
        guard let original = self.world.file(at: other).flatMap({ self.world.files[$0] }),
            !original.isCompressed,
            original.half == nil,
            let file = self.world.makeFile(World.File(log: name), at: name)
        else { return nil }
        for line in original.lines {
            let text = self.origins[line.origin].text
            self.origins.append(Origin(text: text))
            self.world.files[file]?.append(Array(text.utf8) + [0x0A], origin: self.origins.count - 1)
        }
        return self.world.files[file]?.content
    }

    // MARK: Names and copies

    private mutating func rename(_ name: String, to: String) -> Bool {
        guard let entry = self.world.entries[name], name != to, self.world.entries[to] != entry else {
            return false
        }
        self.setEntry(to, entry)
        self.world.setEntry(name, nil)
        return true
    }

    private mutating func setEntry(_ path: String, _ entry: World.Entry?) {
        let before = self.world.entries[path]
        self.world.setEntry(path, entry)
        if case .file(let file) = before, !self.world.isLinked(file) { self.remember(file) }
    }

    /// Keeps what a file holds that is about to lose it.
    private mutating func remember(_ file: World.FileNumber) {
        guard let lines = self.world.files[file]?.lines, !lines.isEmpty else { return }
        self.ghosts.append(lines)
        self.doubtTwins(of: file)
        self.doubtRests(of: file, lines)
        self.doubtOlderCopies(of: file)
    }

    /// Of a file that is gone the first and the last bytes are known that were read: one that ends before those may be a copy of it, or
    /// another one that begins with the same lines.
    private mutating func doubtOlderCopies(of file: World.FileNumber) {
        guard let lines = self.world.files[file]?.lines else { return }
        for (other, content) in self.world.files where other != file && self.world.isLinked(other) {
            guard !content.lines.isEmpty, content.lines.count < lines.count,
                lines.starts(with: content.lines, by: { $0.origin == $1.origin })
            else { continue }
            for line in content.lines { self.allowOnceMore(line.origin) }
        }
    }

    /// Another file that begins with what is lost, and is no copy of this one, looks as if it had the rest.
    private mutating func doubtRests(of file: World.FileNumber, _ lines: [World.Line]) {
        for (other, content) in self.world.files where other != file && self.copies[other]?.root != file {
            guard content.lines.count > lines.count, self.world.isLinked(other),
                content.lines.starts(with: lines, by: { $0.origin == $1.origin })
            else { continue }
            for line in content.lines.dropFirst(lines.count) { self.allowOnceMore(line.origin) }
        }
    }

    private mutating func copy(_ name: String, to: String) -> Bool {
        guard let source = self.world.file(at: name), let original = self.world.files[source] else {
            return false
        }
        let target: World.FileNumber
        var isOverwritten = false
        if let existing = self.world.file(at: to) {
            guard existing != source else { return false }
            self.remember(existing)
            target = existing
            isOverwritten = true
        } else {
            guard let file = self.world.makeFile(World.File(log: original.log), at: to) else {
                return false
            }
            target = file
        }
        self.world.files[target]?.truncate()
        self.fill(target, from: source, name: name)
        // logrotate makes a new file for each copy. One that is overwritten in place is a file that was written anew.
        if isOverwritten {
            self.copies[target]?.readBytes = 0
            self.doubt(target)
        }
        self.world.files[target]?.isCompressed = original.isCompressed
        return true
    }

    private mutating func compress(_ name: String, to: String) -> Bool {
        guard let source = self.world.file(at: name), let original = self.world.files[source],
            !original.isCompressed,
            self.world.entries[to] == nil, original.half == nil,
            let file = self.world.makeFile(World.File(isCompressed: true, log: original.log), at: to)
        else { return false }
        self.fill(file, from: source, name: name)
        return true
    }

    private mutating func fill(
        _ target: World.FileNumber,
        from source: World.FileNumber,
        name: String
    ) {
        guard let original = self.world.files[source] else { return }
        self.world.files[target]?.content = original.content
        self.world.files[target]?.lines = original.lines
        self.world.files[target]?.half = nil
        let read =
            self.readings[source].flatMap { $0.generation == original.generation ? $0.bytes : nil } ?? 0
        var copying = Copying(
            root: source,
            generation: original.generation,
            readBytes: read,
            archiveName: name + ".gz",
            filled: self.world.files[target]?.generation ?? 0,
            absence: self.follower == .running ? 0 : self.absences
        )
        if let earlier = self.copies[source], read == 0, earlier.filled == original.generation {
            (copying.root, copying.generation) = (earlier.root, earlier.generation)
            (copying.readBytes, copying.absence) = (earlier.readBytes, earlier.absence)
        }
        self.copies[target] = copying
        // Of two new files with the same content nobody can tell which is the copy; an archive is one in any case.
        let isSourceKnown = self.seen.contains(source) || self.world.files[target]?.isCompressed == true
        if !self.isKnownCopy(target) || !isSourceKnown { self.doubt(target) }
    }

    /// Notes which files patterns match for the first time: a copy may come once more if its name does not tell what it is.
    private mutating func noteMatches() {
        for (path, _) in self.world.entries
        where self.patterns.contains(where: { World.matches($0, path) }) {
            guard let file = self.world.file(at: path), self.matched.insert(file).inserted,
                !self.isKnownCopy(file)
            else { continue }
            self.doubt(file)
        }
    }

    /// It has a name that logrotate or gzip gives to a log, which was seen, and enough was read of that to know it again.
    private func isKnownCopy(_ number: World.FileNumber) -> Bool {
        guard let copying = self.copies[number], let file = self.world.files[number],
            self.seenAsLogs.contains(copying.root)
        else { return false }
        return copying.readBytes >= Promise.knownCopy
            && self.world.paths(to: number).contains {
                LogrotateName.isRotation($0, of: file.log) || $0 == copying.archiveName
            }
    }

    /// Nobody can know whether a copy is one: each of its lines may come once more.
    private mutating func doubt(_ number: World.FileNumber) {
        guard self.copies[number]?.isDoubted == false, let file = self.world.files[number] else { return }
        self.copies[number]?.isDoubted = true
        for line in file.lines { self.allowOnceMore(line.origin) }
    }

    /// It was the log at the last look, and is not any more.
    func wasLogBefore(_ number: World.FileNumber) -> Bool {
        self.logs.before.contains(number) && !self.logs.now.contains(number)
    }

    /// A pattern has matched it at some time, so that a follower that ran may have read some of it.
    func wasMatched(_ number: World.FileNumber) -> Bool { self.matched.contains(number) }

    mutating func require(_ origin: Int) {
        if !self.origins[origin].isOld, !self.origins[origin].isCutOff {
            self.origins[origin].isRequired = true
        }
    }

    mutating func allowOnceMore(_ origin: Int) { self.origins[origin].extra += 1 }

    mutating func cutOff(_ origin: Int) { self.origins[origin].isCutOff = true }
}
