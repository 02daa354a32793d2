/// The neighbours that hold what was read of a file, after that was truncated or went away.
///
/// The case: `copytruncate` copied `app.log` to `app.log.1` when we had read half of it. The rest is read from that copy. If there
/// are several, made at different times and perhaps compressed, the rest is read from one of them, and the others were read.
struct OldContents {
    private let position: FilePosition
    /// They hold everything that was read, and perhaps more.
    private(set) var whole: [ListedFile] = []
    /// They end before the position: they were made before the last lines were read.
    private(set) var older: [ListedFile] = []

    /// They were taken for copies when little was there to compare, and what was read since does not tell.
    private(set) var unproven: [ListedFile] = []

    /// The one of the whole files from which the rest is read.
    ///
    /// Of several the longest has the most. A copy is better than its own archive, which will be recognised by the copy; but
    /// not a copy that ends at the position.
    private(set) var rest: ListedFile?

    init(of position: FilePosition) { self.position = position }

    /// Notes that a file holds everything that was read.
    mutating func addWhole(_ file: ListedFile) {
        self.whole.append(file)
        if let rest = self.rest, self.worth(rest) >= self.worth(file) { return }
        self.rest = file
    }

    /// Notes that a file holds a part of what was read, and nothing else.
    mutating func addOlder(_ file: ListedFile) { self.older.append(file) }

    /// Notes that nobody can tell whether a file holds what was read.
    mutating func addUnproven(_ file: ListedFile) { self.unproven.append(file) }

    private func worth(_ file: ListedFile) -> (Int, Int) {
        if file.isCompressed { return (1, file.size) }
        return (file.size > self.position.offset ? 2 : 0, file.size)
    }

    /// The files that are followed from now on, the oldest first: ``rest``, and those that are not compressed.
    var inReadingOrder: [ListedFile] {
        let others = (self.older + self.whole + self.unproven).filter { !$0.isCompressed && $0 != self.rest }
        return (others + [self.rest].compactMap(\.self)).sorted { RotationAge($0) < RotationAge($1) }
    }
}

extension OldContents {
    /// Takes up every neighbour that holds the old contents: the rest is read from one of them, the others were read.
    ///
    /// The `original` is the file that was truncated or is over, or `nil` if nobody has it open any more. Returns the files that are followed now, in the order
    /// in which they are to be read.
    static func takeUp(
        of position: FilePosition,
        original: FileIdentity? = nil,
        in decision: inout FileDecision
    ) -> [FileIdentity] {
        guard position.offset > 0 else { return [] }
        var contents = OldContents(of: position)
        for file in decision.looseNeighbours(of: position) {
            contents.look(at: file, original: original, in: &decision)
        }
        contents.takeArchives(in: &decision)
        let files = contents.inReadingOrder
        for file in files { contents.takeUp(file, in: &decision) }
        return files.map(\.identity)
    }

    /// Asks a neighbour whether it holds the old contents.
    private mutating func look(at file: ListedFile, original: FileIdentity?, in decision: inout FileDecision) {
        let position = self.position
        guard self.isFree(file, original: original, in: decision) else { return }
        let copy = decision.files[file.identity]?.copy
        // A file that ends before the position matters only if its name fits; any other one is not even opened.
        let isLongEnough = file.isCompressed || file.size >= position.offset
        guard copy != nil || position.isNamedLike(file) || (isLongEnough && position.canBeHeld(by: file)) else {
            return
        }
        switch decision.inquiry.possession(of: position, in: file) {
        case .held where Self.isOtherCopy(file, except: original, in: &decision): break
        case .held: if copy != nil || position.canBeHeld(by: file) { self.addWhole(file) }
        case .shorter where copy != nil: self.addOlder(file)
        case .shorter:
            if Self.isOlderCopy(file, of: position, original: original, in: &decision) { self.addOlder(file) }
        case .unfinished, nil: break
        // It is shorter than the head. The log may have been written anew since both were compared, before it was read.
        case .notHeld where copy?.size == file.size: if file.size < position.head.length { self.addUnproven(file) }
        case .notHeld: if copy != nil { decision.files.remove(file.identity) }  // another file has the inode by now
        }
    }

    /// A file that ends before the position, and that nobody has compared with the original, is a copy of that; else it is a file of its own.
    private static func isOlderCopy(
        _ file: ListedFile,
        of position: FilePosition,
        original: FileIdentity?,
        in decision: inout FileDecision
    ) -> Bool {
        guard position.canHaveOlderCopy(file) else { return false }
        // It appeared before the original was truncated: copytruncate makes such copies, and rotations that rename truncate nothing.
        if Self.isTruncated(position, original: original, in: decision) { return true }
        guard let original, let member = decision.files[original] else {
            return decision.isOlderCopy(file, of: position) == true
        }
        return decision.inquiry.comparison(of: file, with: member.file)?.proves(copy: file) == true
    }

    /// The file that was read up to the position was truncated, now or while the agent was stopped: it is there under its name.
    private static func isTruncated(
        _ position: FilePosition,
        original: FileIdentity?,
        in decision: FileDecision
    ) -> Bool {
        if let original { return decision.restarted.contains(original) }
        guard let file = decision.listed[position.identity] else { return false }
        return [position.path, position.target].contains(file.path)
    }

    /// Nothing of the file was read: nobody knows it, or it was taken for a copy, or was empty when it appeared.
    private func isFree(_ file: ListedFile, original: FileIdentity?, in decision: FileDecision) -> Bool {
        guard file.identity != self.position.identity, file.size > 0 else { return false }
        switch decision.files[file.identity]?.state {
        case nil, .undecided: return true
        case .copy(let copy): return copy.original == original
        default: return false
        }
    }

    /// The file is a copy of the log as it is now, or the archive of a file that is still there, whatever else it looks like.
    private static func isOtherCopy(
        _ file: ListedFile,
        except original: FileIdentity?,
        in decision: inout FileDecision
    ) -> Bool {
        let originals = decision.originals(of: file).filter { $0 != original }.compactMap { decision.files[$0] }
        let logs = originals.filter { !$0.age.isRotated || file.isCompressed }
        return logs.contains { log in
            decision.inquiry.comparison(of: file, with: log.file)?.proves(copy: file) == true
        }
    }

    /// An archive of which the rest is not read waits for what becomes of the copy that has it, or is over.
    private mutating func takeArchives(in decision: inout FileDecision) {
        for file in self.older where file.isCompressed { decision.finishCopy(file, of: self.position) }
        guard let first = self.rest else { return }
        let archives = self.whole.filter { $0.isCompressed && $0 != first }
        // An archive may have more than a copy that was made before it.
        for file in archives {
            if case .beginning = decision.inquiry.comparison(of: first, with: file) { self.rest = file }
        }
        guard let rest = self.rest else { return }
        for file in archives where file != rest {
            switch decision.inquiry.comparison(of: file, with: rest) {
            // Of two archives neither changes any more.
            case .equal, .beginning:
                if rest.isCompressed {
                    decision.finishCopy(file, of: self.position)
                } else {
                    decision.takeAsCopy(file, of: rest.identity)
                }
            case .different: self.goOn(in: file, &decision)
            case .unfinished, nil: break
            }
        }
        if first.isCompressed, first != rest { decision.finishCopy(first, of: self.position) }
    }

    /// Reads a file behind the position.
    private func goOn(in file: ListedFile, _ decision: inout FileDecision) {
        decision.takeOver(file, at: .position(self.position), tag: self.position.path)
        decision.files.addName(self.position.target, to: file.identity)
    }

    /// Follows a file behind the position if it has the rest, and else behind all that it holds.
    private func takeUp(_ file: ListedFile, in decision: inout FileDecision) {
        if self.unproven.contains(file) {
            decision.act(.report(.perhapsCopy(path: file.path, original: self.position.path)))
            return decision.takeOver(file, at: .beginning, tag: self.position.path)
        }
        let hasRest = file == self.rest || self.isDoubtful(file, in: &decision)
        if !hasRest, decision.files[file.identity]?.copy == nil {
            decision.act(.report(.copy(path: file.path, original: self.position.path)))
        }
        decision.takeOver(file, at: hasRest ? .position(self.position) : .everything, tag: self.position.path)
        decision.files.addName(self.position.target, to: file.identity)
    }

    /// It and ``rest`` hold the bytes that were read, but neither is known to be a copy of the other: they go on differently, or both are
    /// followed for their own sake, as files whose names no rotation gives to the same log.
    private func isDoubtful(_ file: ListedFile, in decision: inout FileDecision) -> Bool {
        guard let rest = self.rest, file != rest, !self.older.contains(file) else { return false }
        if decision.inquiry.comparison(of: file, with: rest) == .different { return true }
        return decision.files[file.identity]?.copy == nil
            && [file, rest].allSatisfy { other in
                decision.listed[other.identity]?.isMatched == true && !other.isCompressed
                    && !RotatedName(path: other.path).isNumbered
            }
    }
}
