/// What the follower promises to find, as `docs/delivery.md` says it.
enum Promise {
    /// A copy made by logrotate of a file of which so many bytes were read does not come again.
    static let knownCopy = 1024
    /// The rest of a file of which so many bytes were read is found in its copy, whatever the name of that is.
    static let foundByContent = 512
}

extension Model {
    /// The follower had time to read all that it promises to find.
    mutating func settle() {
        for number in self.world.files.keys.sorted() where self.isReachable(number) {
            guard let file = self.world.files[number] else { continue }
            let doubtful = self.linesInDoubt(of: number)
            for line in file.lines where !doubtful.contains(line.origin) { self.require(line.origin) }
            if let half = file.half { self.cutOff(half.origin) }
            self.readings[number] = self.reading(of: number)
            if self.copies[number] == nil, !file.isCompressed { self.open.insert(number) }
        }
    }

    /// Of a file of which only a header was read, another one with the same header may be the copy or have the rest: when the file is
    /// gone, or the follower starts, nobody can tell, and both are read.
    ///
    /// Of a file that was never read to its end for certain, no more may have been read than its first line.
    mutating func doubtTwins(of number: World.FileNumber) {
        let mayBeRead = self.readings[number] != nil || (self.wasStarted && self.wasMatched(number))
        guard let file = self.world.files[number], mayBeRead else {
            return
        }
        let reading = self.readings[number].flatMap { $0.generation == file.generation ? $0 : nil }
        let bytes = max(reading?.bytes ?? 0, 1)
        var doubtful: [World.Line] = []
        for (other, twin) in self.world.files where other != number && self.world.isLinked(other) {
            guard let last = self.equalLines(of: file, and: twin.lines).last, last.end >= bytes else {
                continue
            }
            doubtful += file.lines + twin.lines
        }
        for line in doubtful { self.allowOnceMore(line.origin) }
    }

    func reading(of number: World.FileNumber) -> Reading? {
        guard let file = self.world.files[number] else { return nil }
        let directory =
            self.world.names(of: number).first.map(World.directory) ?? self.readings[number]?.directory
            ?? ""
        return Reading(
            generation: file.generation,
            bytes: file.lines.last?.end ?? 0,
            directory: directory
        )
    }

    func isMatched(_ file: World.FileNumber) -> Bool {
        self.world.paths(to: file).contains { path in self.patterns.contains { World.matches($0, path) }
        }
    }

    private func isReachable(_ number: World.FileNumber) -> Bool {
        if self.isMatched(number) || self.open.contains(number) { return true }
        guard self.world.isLinked(number), let file = self.world.files[number] else { return false }
        if let reading = self.readings[number], self.lies(number, in: reading.directory) {
            return reading.generation == file.generation
        }
        return self.isFoundAsCopy(number) || self.isMissedCopy(number) || self.isMissedRotation(number)
    }

    /// It has a name in this directory, and not one that hides it: those are of files that somebody is still making.
    private func lies(_ file: World.FileNumber, in directory: String) -> Bool {
        self.world.names(of: file).contains { World.directory(of: $0) == directory && !$0.contains("/.") }
    }

    private func hasNameOfRotation(_ number: World.FileNumber) -> Bool {
        guard let log = self.world.files[number]?.log else { return false }
        return self.world.names(of: number).contains { LogrotateName.isRotation($0, of: log) }
    }

    /// It holds what was not read of a file that was followed, and what was read of that tells so.
    private func isFoundAsCopy(_ number: World.FileNumber) -> Bool {
        guard let copying = self.copies[number], copying.readBytes > 0,
            self.world.files[number]?.generation == copying.filled, let reading = self.readings[copying.root],
            self.lies(number, in: reading.directory),
            !self.world.isLinked(copying.root)
                || self.world.files[copying.root]?.generation != copying.generation,
            !self.isAmbiguous(copying, number)
        else { return false }
        let isCompressed = self.world.files[number]?.isCompressed == true
        return copying.readBytes >= Promise.foundByContent && !isCompressed || self.hasNameOfRotation(number)
    }

    /// Another file, or the original after its truncation, begins with all that was read: what was read does not tell them apart.
    private func isAmbiguous(_ copying: Copying, _ copy: World.FileNumber) -> Bool {
        guard let copy = self.world.files[copy] else { return false }
        return self.world.files.values.contains { other in
            self.equalLines(of: other, and: copy.lines).last.map { $0.end >= copying.readBytes } ?? false
        }
    }

    /// The original was truncated several times between two looks: nothing was read of what this copy holds.
    private func isMissedCopy(_ number: World.FileNumber) -> Bool {
        guard let copying = self.copies[number], copying.readBytes == 0, self.hasNameOfRotation(number),
            self.world.files[number]?.isCompressed == false
        else { return false }
        return self.copies.contains { other, earlier in
            earlier.root == copying.root && earlier.generation < copying.generation
                && earlier.readBytes > 0 && copying.absence > 0 && earlier.absence == copying.absence
                && self.world.isLinked(other) && self.isFoundAsCopy(other)
        }
    }

    /// The log was renamed several times between two looks: this one was never seen under its first name.
    private func isMissedRotation(_ number: World.FileNumber) -> Bool {
        guard let file = self.world.files[number], !file.isCompressed, self.copies[number] == nil,
            self.hasNameOfRotation(number)
        else { return false }
        return self.readings.contains { other, reading in
            guard reading.bytes > 0, let followed = self.world.files[other], followed.log == file.log,
                !followed.isCompressed, self.wasLogBefore(other), other < number,
                followed.lastWritten < file.lastWritten,
                self.lies(number, in: reading.directory)
            else { return false }
            return self.lies(other, in: reading.directory)
                && (self.open.contains(other) || reading.generation == followed.generation)
        }
    }

    /// Lines that stand at the beginning of the file as others, of the same text, did in one that is gone.
    private func linesInDoubt(of number: World.FileNumber) -> Set<Int> {
        guard let file = self.world.files[number] else { return [] }
        var doubtful: Set<Int> = []
        for ghost in self.ghosts {
            doubtful.formUnion(self.equalLines(of: file, and: ghost).map(\.origin))
        }
        for (other, reading) in self.readings
        where other != number && reading.bytes >= Promise.knownCopy {
            guard let live = self.world.files[other], live.generation == reading.generation,
                self.world.names(of: number).contains(where: { LogrotateName.isRotation($0, of: live.log) })
            else { continue }
            let equal = self.equalLines(of: file, and: live.lines)
            if let last = equal.last, last.end >= Promise.knownCopy {
                doubtful.formUnion(equal.map(\.origin))
            }
        }
        return doubtful
    }

    /// The lines with which both begin, as far as they have the same text and yet are not the same.
    func equalLines(of file: World.File, and other: [World.Line]) -> [World.Line] {
        var equal: [World.Line] = []
        for (line, otherLine) in zip(file.lines, other) {
            guard
                line.origin == otherLine.origin
                    || self.origins[line.origin].text == self.origins[otherLine.origin].text
            else { break }
            if line.origin != otherLine.origin { equal.append(line) }
        }
        return equal
    }
}
