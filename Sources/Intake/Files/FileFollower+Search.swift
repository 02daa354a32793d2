internal import Glibc
internal import Logging

/// Seeing all files at one moment, although names move while directories are read.
extension FileFollower {
    /// A file that is not followed yet, open.
    struct Candidate {
        var identity: FileIdentity
        var descriptor: CInt
        var file: FileSighting.File
    }

    /// A directory that changes all the time is taken as it is after so many looks.
    private static let maximumLooks = 50

    /// Looks until what was seen holds still, and opens what is not followed yet, in the order in which it is to be read.
    ///
    /// A directory that is read while names move shows some files twice and others not at all; a file that is missed comes
    /// too late, behind its successor, or is taken for deleted.
    func search() -> (sighting: FileSighting, candidates: [Candidate]) {
        var sighting = self.look()
        self.watch.watch(directories: sighting.directories)
        for _ in 0..<Self.maximumLooks where self.isSurprise(sighting) {
            let again = self.look()
            if again.agrees(with: sighting), let candidates = self.open(again) { return (again, candidates) }
            sighting = again
        }
        sighting.isSettled = !self.isSurprise(sighting)
        return (sighting, self.open(sighting, evenIfMoved: true) ?? [])
    }

    /// Shows something new, or not all that is known.
    private func isSurprise(_ sighting: FileSighting) -> Bool {
        guard self.stored.isEmpty, !sighting.files.keys.contains(where: self.isNew) else { return true }
        let isSeen = { (identity: FileIdentity) in sighting.files[identity] != nil }
        return !self.finished.keys.allSatisfy(isSeen) || !self.copies.keys.allSatisfy(isSeen)
    }

    func isNew(_ identity: FileIdentity) -> Bool {
        self.files[identity] == nil && self.finished[identity] == nil
    }

    private func look() -> FileSighting {
        var sighting = FileSighting()
        for pattern in self.patterns {
            let findings = pattern.search()
            sighting.directories.formUnion(findings.directories)
            let isKnown = self.knownPatterns.contains(pattern.text)
            for path in findings.files {
                guard let status = FileStatus(path: path), status.isRegular else { continue }
                sighting.add(path, status, isMatched: true, isKnown: isKnown)
            }
        }
        // Files of the last run may have names that no pattern matches.
        let missing = self.stored.filter { sighting.files[$0.key] == nil }
        for directory in Set(missing.values.map { FilePattern.directory(of: $0.path) }) {
            let files = Self.files(in: directory)
            for (path, status) in files {
                guard let position = missing[status.identity] else { continue }
                sighting.add(path, status, isMatched: false, isKnown: true)
                // What was rotated after it was not read either.
                let age = RotationAge(path: path, modified: status.modified)
                for (next, nextStatus) in files
                where self.isRotation(next, nextStatus, of: position.path, after: age) {
                    sighting.add(next, nextStatus, isMatched: false, isKnown: true)
                }
            }
        }
        return sighting
    }

    /// The files in the directory of a path, seen twice under the same names.
    func neighbours(of path: String) -> [(path: String, status: FileStatus)] {
        let directory = FilePattern.directory(of: path)
        var files = Self.files(in: directory)
        for _ in 0..<Self.maximumLooks {
            let again = Self.files(in: directory)
            if again.elementsEqual(files, by: { $0.path == $1.path && $0.status.identity == $1.status.identity }) {
                break
            }
            files = again
        }
        return files
    }

    private static func files(in directory: String) -> [(path: String, status: FileStatus)] {
        FilePattern.files(in: directory).compactMap { path in FileStatus(path: path).map { (path, $0) } }
    }

    /// The file is a rotation of this log, not compressed, that was written after another one and is not known yet.
    func isRotation(_ path: String, _ status: FileStatus, of log: String, after age: RotationAge) -> Bool {
        let name = RotatedName(path: path)
        return name.isRotated && !name.isCompressed && name.log == RotatedName(path: log).log
            && RotationAge(path: path, modified: status.modified) > age && self.isNew(status.identity)
            && self.copies[status.identity] == nil
    }

    /// Opens what is not followed yet; `nil` if a name has come to mean another file.
    private func open(_ sighting: FileSighting, evenIfMoved: Bool = false) -> [Candidate]? {
        var candidates: [Candidate] = []
        for (identity, file) in sighting.files where self.isNew(identity) {
            if let descriptor = self.open(file.path, expecting: identity) {
                candidates.append(Candidate(identity: identity, descriptor: descriptor, file: file))
            } else if !evenIfMoved, FileStatus(path: file.path)?.identity != identity {
                for candidate in candidates { close(candidate.descriptor) }
                return nil
            }
        }
        let age = { (file: FileSighting.File) in RotationAge(path: file.path, modified: file.modified) }
        return candidates.sorted { age($0.file) < age($1.file) }
    }

    /// Opens a path if it leads to this file.
    func open(_ path: String, expecting identity: FileIdentity) -> CInt? {
        guard let descriptor = self.open(path) else { return nil }
        if FileStatus(descriptor: descriptor)?.identity == identity { return descriptor }
        close(descriptor)
        return nil
    }

    private func open(_ path: String) -> CInt? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        if descriptor >= 0 {
            self.unreadable.remove(path)
            return descriptor
        }
        guard errno != ENOENT, self.unreadable.insert(path).inserted else { return nil }
        let reason = String(cString: strerror(errno))
        self.logger.error("file cannot be opened, trying again", metadata: ["path": "\(path)", "error": "\(reason)"])
        return nil
    }
}
