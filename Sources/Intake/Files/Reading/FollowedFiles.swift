internal import Logging

/// The files that are followed, of which no more are open at the same time than there are descriptors for.
///
/// A file is opened when it is to be read, and closed when it is quiet and another one has something to read. While it is open it
/// is watched for changes, whatever it is called. A file that got no descriptor is named by ``takeStarved(atMost:)`` when one may
/// be free.
///
/// Stays on its reader thread.
final class FollowedFiles {
    /// What came of the attempt to open a file.
    enum Opening {
        case open(TailedFile)
        /// It does not hold what was read of it up to the position: it was truncated or written anew.
        case rewritten(FilePosition?)
        /// It cannot be opened now.
        case failed(ListedFile, OpenFile.Failure)
    }

    private let opener: FileOpener
    private let logger: Logger
    private var files: [FileIdentity: FollowedFile] = [:]
    /// Files that a decision begins with, opened before it takes effect.
    private var staged: [FileIdentity: FollowedFile] = [:]
    private var descriptors: DescriptorBudget
    private var changes = ChangeWatch()

    init(_ configuration: FileTail.Configuration, logger: Logger) {
        self.opener = FileOpener(configuration)
        self.descriptors = DescriptorBudget(limit: configuration.openFiles)
        self.logger = logger
    }

    subscript(identity: FileIdentity) -> FollowedFile? { self.files[identity] }

    var all: Dictionary<FileIdentity, FollowedFile>.Values { self.files.values }

    /// There is a descriptor for another file without closing one.
    var hasRoom: Bool { !self.descriptors.isExhausted }

    // MARK: Following

    /// Begins with a file, which is open if it was staged; one that was followed before begins anew.
    func follow(_ start: FileStart) -> FollowedFile {
        let followed = self.staged.removeValue(forKey: start.file.identity) ?? FollowedFile(start)
        if let old = self.files.updateValue(followed, forKey: followed.identity), old.file != nil {
            self.descriptors.closed()
        }
        if let file = followed.file { self.changes.watch(followed.identity, descriptor: file.descriptor) }
        return followed
    }

    /// Prepares to begin with a file.
    func stage(_ start: FileStart) -> FollowedFile {
        let followed = FollowedFile(start)
        if self.staged.updateValue(followed, forKey: followed.identity)?.file != nil { self.descriptors.closed() }
        return followed
    }

    /// Closes the staged files, because the decision does not take effect.
    func dropStaged() {
        for followed in self.staged.values where followed.file != nil {
            self.descriptors.closed()
            if self.files[followed.identity] == nil { self.changes.forget(followed.identity) }
        }
        self.staged = [:]
    }

    /// Closes a file and forgets it.
    func forget(_ identity: FileIdentity) -> FollowedFile? {
        guard let followed = self.files.removeValue(forKey: identity) else { return nil }
        if followed.file != nil { self.descriptors.closed() }
        self.changes.forget(identity)
        return followed
    }

    // MARK: Descriptors

    /// Opens a file that is to be read, if it is not open, under the name under which the family knows it.
    func open(_ followed: FollowedFile, for family: FileFamily) -> Opening {
        switch followed.content {
        case .open(let file): return .open(file)
        case .closed(let start): return self.open(followed, from: start, for: family)
        }
    }

    private func open(_ followed: FollowedFile, from start: FileStart, for family: FileFamily) -> Opening {
        // Until it is open each look tries again, whether the file changes or not.
        followed.seen = FollowedFile.unseen
        let listed = family.listed(followed.identity) ?? start.file
        do throws(OpenFile.Failure) {
            guard self.makeRoom(for: family) else { throw OpenFile.Failure.exhausted }
            guard let file = try self.opener.open(listed, from: start) else { return .rewritten(start.place.position) }
            self.descriptors.opened()
            self.changes.watch(followed.identity, descriptor: file.descriptor)
            followed.content = .open(file)
            followed.acceptedOffset = file.offset
            return .open(file)
        } catch {
            if error == .exhausted { self.descriptors.starve(followed.identity) }
            return .failed(listed, error)
        }
    }

    /// Closes files that have nothing to read until there is a descriptor for another one; false if there is none.
    private func makeRoom(for family: FileFamily) -> Bool {
        while !self.hasRoom {
            guard let identity = self.descriptors.takeIdle() else { return false }
            guard let followed = self.files[identity], let listed = family.listed(identity),
                followed.close(as: listed)
            else { continue }
            self.descriptors.closed()
            guard self.descriptors.noteSharing() else { continue }
            self.logger.notice(
                "there are more files than descriptors: quiet files are closed, and opened again when they change",
                metadata: ["limit": "\(self.descriptors.limit)"]
            )
        }
        return true
    }

    /// A file was read to its end: it may be closed for another one.
    func noteIdle(_ followed: FollowedFile) { self.descriptors.idle(followed.identity) }

    /// The files that could not be opened for want of a descriptor, the first ones first.
    func takeStarved(atMost count: Int = .max) -> [FollowedFile] {
        self.descriptors.takeStarved(atMost: count).compactMap { self.files[$0] }
    }

    // MARK: Changes

    /// Readable when something has changed; negative if the system gives no notices at all.
    var changeDescriptor: CInt { self.changes.descriptor }

    /// The system tells of all changes.
    var isWatched: Bool { self.changes.isComplete }

    /// Watches exactly these directories.
    func watch(directories: Set<String>) { self.changes.watch(directories: directories) }

    /// Takes what has changed since the last call.
    func takeChanges() -> ChangeWatch.Changes { self.changes.takeChanges() }
}
