@testable import Intake

/// A shell around ``FileFamily`` that reads simulated files, for as long as one process lives.
struct SimulatedFollower {
    /// An open file and how far it was read.
    private struct OpenFile {
        let number: World.FileNumber
        let isCompressed: Bool
        let start: FileStart
        var offset = 0
        /// What stood before the offset, and at the beginning.
        var tail: [UInt8] = []
        var head: [UInt8] = []
        var modified = Int64.max
    }

    private var family: FileFamily
    private let patterns: [String]
    private var files: [FileIdentity: OpenFile] = [:]
    private var now: ContinuousClock.Instant

    init(
        patterns: [String],
        from start: FileTail.Start,
        store: SimulatedStore,
        at now: ContinuousClock.Instant
    ) {
        var configuration = FileFamily.Configuration()
        configuration.start = start
        self.patterns = patterns
        self.family = FileFamily(
            configuration,
            stored: store.positions.values.sorted { $0.key < $1.key }
        )
        self.now = now
    }

    /// Which files it has open.
    var openFiles: Set<World.FileNumber> { Set(self.files.values.map(\.number)) }

    mutating func advance(to now: ContinuousClock.Instant) { self.now = now }

    // MARK: Looking

    /// What a look at everything shows now.
    func scan(_ directory: SimulatedDirectory, _ store: SimulatedStore) -> DirectoryScan {
        var scan = DirectoryScan()
        scan.files = directory.matches(self.patterns)
        for identity in scan.files.keys { scan.files[identity]?.mayBeOld = !store.isPatternKnown }
        for (identity, file) in self.files {
            scan.followed[identity] = DirectoryScan.FollowedStatus(
                size: directory.bytes(file.number).count,
                modified: directory.modified(file.number),
                isDeleted: !directory.world.isLinked(file.number),
                offset: file.offset,
                isIdle: true
            )
            if !self.isAsItWas(file, directory) {
                scan.rewritten[identity] = self.position(identity, file)
            }
        }
        return scan
    }

    /// Lets the family decide what a look shows.
    mutating func take(
        _ scan: DirectoryScan,
        _ directory: SimulatedDirectory,
        _ store: inout SimulatedStore
    ) {
        self.feed(.scanned(scan), directory, &store)
        store.isPatternKnown = true
    }

    /// Reads at most so many lines of one of the files that have some; false if none has.
    mutating func read(
        lines: Int,
        _ choice: Int,
        _ directory: SimulatedDirectory,
        _ store: inout SimulatedStore
    ) -> Bool {
        let ready = self.files.keys.filter { self.hasSomething($0, directory) }.sorted {
            $0.inode < $1.inode
        }
        guard !ready.isEmpty else { return false }
        self.read(ready[choice % ready.count], lines: lines, directory, &store)
        return true
    }

    private func hasSomething(_ identity: FileIdentity, _ directory: SimulatedDirectory) -> Bool {
        guard let file = self.files[identity], !self.family.mustWait(identity),
            self.isAsItWas(file, directory)
        else {
            return false
        }
        if file.isCompressed { return true }
        return directory.content(file.number)[file.offset...].contains(0x0A)
            || self.family.isAwaited(identity)
    }

    private mutating func read(
        _ identity: FileIdentity,
        lines: Int,
        _ directory: SimulatedDirectory,
        _ store: inout SimulatedStore
    ) {
        guard var file = self.files[identity] else { return }
        let content = directory.content(file.number)
        var texts: [String] = []
        while texts.count < lines, let newline = content[file.offset...].firstIndex(of: 0x0A) {
            texts.append(String(decoding: content[file.offset..<newline], as: UTF8.self))
            file.offset = newline + 1
        }
        self.note(&file, content, directory)
        self.files[identity] = file
        if !texts.isEmpty { store.accept(texts, self.position(identity, file)) }
        guard !content[file.offset...].contains(0x0A) else { return }
        let size = directory.bytes(file.number).count
        self.feed(file.isCompressed ? .finished(identity, size: size) : .caughtUp(identity), directory, &store)
    }

    private func note(_ file: inout OpenFile, _ content: [UInt8], _ directory: SimulatedDirectory) {
        file.tail = Array(content[..<file.offset].suffix(Fingerprint.window))
        file.head = Array(content[..<file.offset].prefix(Fingerprint.window))
        file.modified = directory.modified(file.number)
    }

    private func isAsItWas(_ file: OpenFile, _ directory: SimulatedDirectory) -> Bool {
        let content = directory.content(file.number)
        return content.count >= file.offset
            && content[..<file.offset].suffix(Fingerprint.window) == file.tail[...]
    }

    private func position(_ identity: FileIdentity, _ file: OpenFile) -> FilePosition {
        FilePosition(
            identity: identity,
            kind: file.isCompressed ? .compressed : .plain,
            offset: file.offset,
            fingerprint: Fingerprint(file.tail[...]),
            head: Fingerprint(file.head[...]),
            isPassingOver: false,
            modified: file.modified,
            path: file.start.tag,
            target: file.start.file.target
        )
    }

    // MARK: Deciding

    private mutating func feed(
        _ event: FileEvent,
        _ directory: SimulatedDirectory,
        _ store: inout SimulatedStore
    ) {
        var answers: [FileQuestion: FileAnswer] = [:]
        while true {
            switch self.family.handle(event, answers: answers, at: self.now) {
            case .ask(let questions):
                for question in questions { answers[question] = self.answer(question, directory, store) }
            case .act(let actions):
                for action in actions { self.act(action, directory, &store) }
                return
            }
        }
    }

    private mutating func act(
        _ action: FileAction,
        _ directory: SimulatedDirectory,
        _ store: inout SimulatedStore
    ) {
        switch action {
        case .follow(let start): self.follow(start, directory, &store)
        case .restart(let identity):
            self.files[identity]?.offset = 0
            self.files[identity]?.tail = []
            self.files[identity]?.head = []
        case .conclude(let identity, let isOver):
            self.conclude(identity, isOver: isOver, directory, &store)
        case .close(let identity): self.files[identity] = nil
        case .finish(let file):
            guard let number = directory.number(of: file.identity) else { return }
            store.store(Self.donePosition(file, directory.bytes(number)))
        case .store(let position): store.store(position)
        case .remove(let identity): store.remove(identity)
        case .admit, .resume, .report: break
        }
    }

    private mutating func follow(
        _ start: FileStart,
        _ directory: SimulatedDirectory,
        _ store: inout SimulatedStore
    ) {
        let identity = start.file.identity
        guard let number = directory.number(of: identity) else { return }
        var file = OpenFile(number: number, isCompressed: directory.isCompressed(number), start: start)
        let content = directory.content(number)
        switch start.place {
        case .beginning, .undecided: break
        case .lastLine(let size):
            file.offset = content.prefix(size).lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        case .everything: file.offset = content.count
        case .position(let position): file.offset = min(position.offset, content.count)
        }
        self.note(&file, content, directory)
        self.files[identity] = file
        if start.isStored { store.store(self.position(identity, file)) }
    }

    private mutating func conclude(
        _ identity: FileIdentity,
        isOver: Bool,
        _ directory: SimulatedDirectory,
        _ store: inout SimulatedStore
    ) {
        guard var file = self.files[identity], self.isAsItWas(file, directory) else { return }
        let content = directory.content(file.number)
        let rest = content[file.offset...].split(separator: 0x0A).map {
            String(decoding: $0, as: UTF8.self)
        }
        file.offset = content.count
        self.note(&file, content, directory)
        self.files[identity] = file
        if !rest.isEmpty { store.accept(rest, self.position(identity, file)) }
        if isOver {
            let isDeleted = !directory.world.isLinked(file.number)
            self.feed(
                .ended(identity, self.position(identity, file), isDeleted: isDeleted),
                directory,
                &store
            )
        }
    }

    private static func donePosition(_ file: ListedFile, _ bytes: [UInt8]) -> FilePosition {
        FilePosition(
            identity: file.identity,
            kind: .done,
            offset: bytes.count,
            fingerprint: Fingerprint(bytes.suffix(Fingerprint.window)),
            isPassingOver: false,
            path: file.path,
            target: file.target
        )
    }

    // MARK: Answers

    private func answer(
        _ question: FileQuestion,
        _ directory: SimulatedDirectory,
        _ store: SimulatedStore
    ) -> FileAnswer {
        switch question {
        case .contents(let file):
            self.number(of: file, directory) == nil ? .unavailable : .contents(.readable)
        case .neighbours(let path): .neighbours(directory.neighbours(in: path))
        case .comparison(let file, let original): self.compare(file, original, directory)
        case .possession(let position, let file): self.possession(of: position, in: file, directory)
        case .integrity(let identity): self.integrity(of: identity, directory)
        case .position(let identity): store.positions[identity].map { .position($0) } ?? .unavailable
        case .writer(let identity):
            .writer(directory.number(of: identity).map(directory.isHeld) ?? false)
        case .absence: .absence(false)
        }
    }

    /// An open file is known by its descriptor, any other one by its path.
    private func number(of file: ListedFile, _ directory: SimulatedDirectory) -> World.FileNumber? {
        self.files[file.identity]?.number ?? directory.number(of: file)
    }

    private func compare(
        _ file: ListedFile,
        _ original: ListedFile,
        _ directory: SimulatedDirectory
    )
        -> FileAnswer
    {
        guard let number = self.number(of: file, directory),
            let followed = self.number(of: original, directory)
        else {
            return .unavailable
        }
        let (content, other) = (directory.content(number), directory.content(followed))
        if content == other { return .comparison(.equal) }
        return .comparison(other.starts(with: content) ? .beginning(content.count) : .different)
    }

    private func possession(
        of position: FilePosition,
        in file: ListedFile,
        _ directory: SimulatedDirectory
    ) -> FileAnswer {
        guard let number = self.number(of: file, directory) else { return .unavailable }
        let content = position.kind == .done ? directory.bytes(number) : directory.content(number)
        let hasHead =
            content.count >= position.head.length
            && Fingerprint(content[..<position.head.length]) == position.head
        guard content.count >= position.offset else {
            return .possession(hasHead && position.head.length > 0 ? .shorter : .notHeld)
        }
        let tail = content[(position.offset - position.fingerprint.length)..<position.offset]
        return .possession(hasHead && Fingerprint(tail) == position.fingerprint ? .held : .notHeld)
    }

    private func integrity(of identity: FileIdentity, _ directory: SimulatedDirectory) -> FileAnswer {
        guard let file = self.files[identity] else { return .unavailable }
        return .integrity(
            self.isAsItWas(file, directory) ? .intact : .rewritten(self.position(identity, file))
        )
    }
}
