internal import Logging
internal import Synchronization

/// Files that are deleted or replaced under the open spool, by a clean-up or by a backup that is put back.
///
/// The system keeps a file without a name for as long as it is open. The spool would go on taking events into it, and all of
/// them would be gone with the process. They can all still be read, so the spool moves to new files with everything it has,
/// and takes nothing more until it has.
extension Spool {
    /// How often new files are tried, for example while another process has the directory.
    private static let pause = Duration.seconds(1)

    private static let loss = "the files of the spool were deleted or replaced while it was open"

    /// Looks whether the files are still there, and has others made if not; costs a few calls of the system.
    public func lookAfterFiles() {
        guard let file = self.file else { return }
        self.shared.withLock { shared in
            guard !shared.state.isClosed, shared.database.room?.isInPlace == false || !file.isLocked else { return }
            if !shared.isMissing { self.logger.critical("\(Self.loss)", metadata: ["file": "\(file.path)"]) }
            shared.isMissing = true
            shared.state.loss = Self.loss
            self.startWriting(&shared)
        }
    }

    /// Goes on in new files with everything that the old ones hold; tries until it can, or the spool is closed.
    func moveToNewFiles() async {
        guard let file = self.file else { return }
        while self.shared.withLock({ $0.isMissing }) {
            do {
                try await self.move(to: file)
            } catch {
                guard self.mayMoveLater(error) else { return }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Notes why there are no new files and says whether to try again.
    private func mayMoveLater(_ error: any Error) -> Bool {
        self.shared.withLock { shared in
            let reason = "there are no new files for the spool: \(error)"
            if shared.state.lastError != reason {
                self.logger.error("the spool takes no events, trying again", metadata: ["error": "\(reason)"])
            }
            shared.state.lastError = reason
            return !shared.state.isClosed
        }
    }

    private func move(to file: SpoolFile) async throws {
        let old = self.shared.withLock { $0.database }
        try file.lockAgain()
        guard old.room?.isInPlace == false else { return self.moved(to: old, "its lock was made anew") }
        let isStranger = FileIdentity(path: file.path).map { $0 != old.room?.identity } ?? false
        let (database, aside) = try file.startAnew()
        do {
            try await database.takeOver(old)
            let contents = try database.contents()
            self.shared.withLock { $0.state.adopt(contents) }
        } catch {
            file.remove(file.path)
            throw error
        }
        if !isStranger { file.remove(aside) }
        self.moved(
            to: database,
            "it goes on in new ones with all it had\(isStranger ? "; what lay in their place is \(aside)" : "")"
        )
    }

    private func moved(to database: SpoolDatabase, _ outcome: String) {
        self.shared.withLock { shared in
            shared.database = database
            shared.isMissing = false
            shared.state.lastError = nil
            shared.state.loss = "\(Self.loss); \(outcome)"
        }
        self.logger.notice("the spool is safe again: \(outcome)")
    }
}
