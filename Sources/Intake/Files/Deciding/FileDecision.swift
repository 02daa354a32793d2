/// One decision in the making: what is known, as far as it has been changed, what is asked, and what is to be done.
///
/// It works on a copy of what is known. A question without an answer does not stop it: it goes on as far as it can, to find out what else
/// has to be asked; then the copy is thrown away, and the decision is made again with the answers. So the steps may change
/// whatever they like: nothing of it counts before every question has its answer.
///
/// What belongs together happens together here: a file that is followed is in the table, waits for no decision any more, and is
/// opened; a file that is closed is out of the table and out of the order of reading, and what waited for it goes on.
struct FileDecision: Sendable {
    let configuration: FileFamily.Configuration
    /// What the look showed; nothing, if the decision follows from another event.
    let scan: DirectoryScan
    let now: ContinuousClock.Instant
    /// See ``FileKnowledge/unwanted``.
    let unwanted: Set<FileIdentity>

    var files: FileTable
    private(set) var order: ReadingOrder
    private(set) var finished: FinishedPositions
    var delays: Delays
    /// What is asked, and the answers that there are.
    var inquiry: Inquiry
    private var neighbourhood = Neighbourhood()
    /// What is to be done when the decision is complete.
    private var actions: [FileAction] = []

    /// The files that the look showed, and those known ones that were found under names that no pattern matches.
    var listed: [FileIdentity: ListedFile]
    /// Files that were taken up in this decision for the first time: no file can be a copy of these.
    private(set) var newcomers: Set<FileIdentity> = []
    /// Files that were restarted: what was asked about them is out of date.
    private(set) var restarted: Set<FileIdentity> = []
    /// Files of the last run that were recognised by what they hold: nothing more has to be asked about that.
    private(set) var resumed: Set<FileIdentity> = []
    /// Files of the last run of which nothing was read then, and the paths under which they were found.
    private(set) var returned: [FileIdentity: String] = [:]
    /// Copies that this decision follows, until they are lined up.
    private var relays: [Relay] = []

    init(
        from known: FileKnowledge,
        _ configuration: FileFamily.Configuration,
        scan: DirectoryScan,
        inquiry: Inquiry,
        at now: ContinuousClock.Instant
    ) {
        self.configuration = configuration
        self.scan = scan
        self.now = now
        self.unwanted = known.unwanted
        self.files = known.files
        self.order = known.order
        self.finished = known.finished
        self.delays = known.delays
        self.listed = scan.files
        self.inquiry = inquiry
    }

    /// What is known when the decision is complete.
    var known: FileKnowledge {
        FileKnowledge(
            files: self.files,
            order: self.order,
            finished: self.finished,
            delays: self.delays,
            unwanted: self.unwanted
        )
    }

    /// What comes of it: the questions that are open, or the actions if there are none.
    var step: FileStep { self.inquiry.isComplete ? .act(self.actions) : .ask(self.inquiry.open) }

    mutating func act(_ action: FileAction) { self.actions.append(action) }

    // MARK: Taking up and letting go

    /// Begins to read a file; one that no pattern matches counts as renamed at once.
    mutating func follow(_ start: FileStart, as state: FileMember.State = .followed) {
        let isDetached = state == .followed && !start.file.isMatched
        self.insert(start.file, tag: start.tag, as: isDetached ? .detached : state)
        self.newcomers.insert(start.file.identity)
        self.delays.end(start.file.identity)
        self.act(.follow(start))
    }

    /// Goes on with a file of the last run.
    mutating func resume(_ file: ListedFile, from position: FilePosition) {
        self.files.remove(file.identity)
        self.follow(FileStart(file: file, place: .position(position), tag: position.path))
        self.files.addName(position.target, to: file.identity)
        self.newcomers.remove(file.identity)
        self.resumed.insert(file.identity)
    }

    /// Takes a file of the last run for a new one, because nothing was read of it.
    mutating func takeAsNew(_ identity: FileIdentity, foundAs path: String) {
        self.files.remove(identity)
        self.returned[identity] = path
    }

    /// Notes that a file is read again from its first byte; false if that is known.
    mutating func noteRestart(of identity: FileIdentity) -> Bool { self.restarted.insert(identity).inserted }

    /// Wants nothing more of an archive that was read to its end, for as long as it has this size.
    ///
    /// It may have grown since the last look.
    mutating func finish(_ identity: FileIdentity, size: Int) {
        guard let member = self.files[identity] else { return }
        var file = member.file
        file.size = size
        self.act(.finish(file))
        self.close(identity)
        self.insert(file, tag: member.tag, as: .finished(size: size))
    }

    /// Closes a file and forgets it.
    mutating func close(_ identity: FileIdentity) {
        self.act(.close(identity))
        // A file that turned out to be a copy has not been read: what waited for it waits for what it waited for.
        for waiter in self.order.remove(identity) { self.act(.resume(waiter)) }
        self.files.remove(identity)
    }

    mutating func insert(_ file: ListedFile, tag: String, as state: FileMember.State) {
        self.files.insert(file, tag: tag, state: state, at: self.now)
    }

    /// Remembers how far a file was read: what it held may appear again.
    mutating func remember(_ position: FilePosition, of file: FinishedPositions.File) {
        // Unless the inode is that of another file by now.
        if let oldest = self.finished.add(position, of: file), self.files[oldest] == nil { self.act(.remove(oldest)) }
    }

    // MARK: Copies to be lined up

    /// Has files put into order when all copies that this decision follows are known.
    mutating func add(_ relay: Relay) { self.relays.append(relay) }

    mutating func takeRelays() -> [Relay] {
        defer { self.relays = [] }
        return self.relays
    }

    // MARK: The order of reading

    /// Gives a file the last place in the order of reading, and lets it wait for another one, if there is one before it.
    mutating func putLast(_ identity: FileIdentity, after predecessor: FileIdentity?) {
        self.files.putLast(identity)
        self.order.put(identity, after: predecessor)
    }

    /// Lets the files go on that waited for this one.
    mutating func release(waitersFor identity: FileIdentity) {
        for waiter in self.order.release(waitersFor: identity) { self.act(.resume(waiter)) }
    }

    // MARK: Questions

    /// The files in a directory that can be what became of another file, see ``Neighbourhood``.
    mutating func looseNeighbours(in directory: String) -> [ListedFile] {
        self.neighbourhood.loose(in: directory, beside: self.files, &self.inquiry)
    }

    /// The same beside the path of a position, and beside the file itself if the path is a symbolic link.
    mutating func looseNeighbours(of position: FilePosition) -> [ListedFile] {
        var files: [ListedFile] = []
        for directory in FilePattern.directories(of: [position.path, position.target]) {
            let known = Set(files.map(\.identity))
            files += self.looseNeighbours(in: directory).filter { !known.contains($0.identity) }
        }
        return files
    }

    /// Whether a file that ends before a position is an older copy of what was read up to there; `nil` if that cannot be told now.
    ///
    /// The position has fingerprints of its first and its last bytes, and a look-alike has the first ones. So another file must hold
    /// all that was read, and begin with this one.
    mutating func isOlderCopy(_ file: ListedFile, of position: FilePosition) -> Bool? {
        let loose = self.looseNeighbours(of: position)
        let listed = self.listed.values.filter { other in !loose.contains { $0.identity == other.identity } }
        for holder in loose + listed.sorted(by: { $0.path < $1.path }) where holder.identity != file.identity {
            guard position.isNamedLike(holder), holder.isCompressed || holder.size >= position.offset else { continue }
            guard let possession = self.inquiry.possession(of: position, in: holder) else { return nil }
            guard possession == .held else { continue }
            guard let comparison = self.inquiry.comparison(of: file, with: holder) else { return nil }
            if comparison.proves(copy: file) { return true }
        }
        return false
    }

    /// Whether a followed file holds what was read of it, see ``FileQuestion/integrity(of:)``.
    mutating func integrity(of identity: FileIdentity) -> FileAnswer.Integrity? {
        if self.resumed.contains(identity) || self.newcomers.contains(identity) { return .intact }
        return self.inquiry.integrity(of: identity)
    }

    /// Followed files of which this may be a copy, see ``FileTable/originals(of:besides:)``.
    func originals(of file: ListedFile) -> [FileIdentity] { self.files.originals(of: file, besides: self.newcomers) }

    /// Where to begin with a file that is no copy of a followed one: it may be one of a file that is over.
    mutating func place(of file: ListedFile) -> FileStart.Place? {
        for position in self.finished.latestFirst where position.fingerprint.isDistinctive && position.isNamedLike(file)
        {
            guard let possession = self.inquiry.possession(of: position, in: file) else { return nil }
            if possession == .held { return .position(position) }
        }
        return .beginning
    }

    /// A compressed file did not grow for so long that nobody waits for the rest of it.
    func isOutOfPatience(_ file: ListedFile) -> Bool {
        guard let delay = self.delays.length(of: file.identity, at: self.now) else { return true }
        return delay > self.configuration.archiveQuiet
    }
}
