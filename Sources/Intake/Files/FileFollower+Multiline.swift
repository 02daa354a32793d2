internal import Glibc

/// Records of several lines: the last one of a file has no visible end, and is complete when the file was quiet for a while.
extension FileFollower {
    /// Notes after a look whether lines are held back.
    func noteHeld(_ followed: FollowedFile) {
        // A compressed file has an end in sight.
        guard self.isStart != nil, !(followed.file is ArchivedFile) else { return }
        followed.noteHeld()
        guard let held = followed.held, !followed.isFlushScheduled else { return }
        followed.isFlushScheduled = true
        self.flushes.append((followed.file.identity, held.since + self.flushTime))
    }

    /// Delivers what was held back for long enough.
    func flushHeldLines() {
        while let next = self.flushes.first, next.due <= .now {
            self.flushes.removeFirst()
            guard let followed = self.files[next.identity] else { continue }
            followed.isFlushScheduled = false
            // What is under way, and what was added, comes first; the look at it notes again what is held back.
            guard followed.isIdle, let held = followed.held else { continue }
            if held.since + self.flushTime <= .now, self.isUnchanged(followed, since: held.upTo) {
                self.flush(followed, ending: .quiet)
            } else {
                self.enqueue(followed)
            }
        }
    }

    private var flushTime: Duration { self.configuration.multiline?.flush ?? .zero }

    private func isUnchanged(_ followed: FollowedFile, since size: Int) -> Bool {
        FileStatus(descriptor: followed.file.descriptor)?.size == size
    }
}
