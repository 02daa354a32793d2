internal import Glibc

/// Notices changes of directories and files through inotify(7).
///
/// A convenience that saves time: whoever uses it has to look for itself now and then, because the kernel drops
/// notices when there are too many and some file systems give none.
struct ChangeWatch: ~Copyable {
    /// What was noticed since the last look.
    struct Changes {
        var files: [FileIdentity] = []
        /// Names appeared, went or moved, or the kernel dropped notices.
        var namesChanged = false
    }

    private static let directoryMask = UInt32(
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
    )
    private static let fileMask = UInt32(IN_MODIFY)

    /// Readable when something was noticed; negative if the system gives no notices at all.
    let descriptor: CInt
    private var directories: [String: CInt] = [:]
    private var files: [FileIdentity: CInt] = [:]
    private var identities: [CInt: FileIdentity] = [:]

    init() { self.descriptor = inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC)) }

    deinit { if self.descriptor >= 0 { close(self.descriptor) } }

    /// Every watch that was asked for is in place; otherwise the caller has to look more often.
    private(set) var isComplete = true

    /// Watches exactly these directories.
    mutating func watch(directories wanted: Set<String>) {
        for (path, watch) in self.directories where !wanted.contains(path) {
            inotify_rm_watch(self.descriptor, watch)
            self.directories[path] = nil
        }
        self.isComplete = self.descriptor >= 0 && self.files.values.allSatisfy { $0 >= 0 }
        // Adding again is how a directory that was replaced under the same name is noticed; it costs one system call.
        for path in wanted {
            let watch = RawPath.with(path.isEmpty ? "." : path) {
                inotify_add_watch(self.descriptor, $0, Self.directoryMask)
            }
            self.directories[path] = watch < 0 ? nil : watch
            if watch < 0 { self.isComplete = false }
        }
    }

    /// Watches an open file for writes, whatever it is called.
    mutating func watch(_ identity: FileIdentity, descriptor: CInt) {
        guard self.files[identity] == nil else { return }
        let watch = inotify_add_watch(self.descriptor, "/proc/self/fd/\(descriptor)", Self.fileMask)
        self.files[identity] = watch
        if watch < 0 { self.isComplete = false } else { self.identities[watch] = identity }
    }

    /// Stops watching a file.
    mutating func forget(_ identity: FileIdentity) {
        guard let watch = self.files.removeValue(forKey: identity), watch >= 0 else { return }
        self.identities[watch] = nil
        inotify_rm_watch(self.descriptor, watch)
    }

    /// Takes what was noticed since the last call.
    mutating func takeChanges() -> Changes {
        var changes = Changes()
        withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 8) { buffer in
            while true {
                let count = read(self.descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                self.collect(UnsafeRawBufferPointer(rebasing: buffer[..<count]), into: &changes)
            }
        }
        return changes
    }

    private func collect(_ events: UnsafeRawBufferPointer, into changes: inout Changes) {
        let header = MemoryLayout<inotify_event>.size
        var offset = 0
        while offset + header <= events.count {
            let event = events.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            offset += header + Int(event.len)
            if let identity = self.identities[event.wd] {
                if changes.files.last != identity { changes.files.append(identity) }
            } else if event.mask & UInt32(IN_IGNORED) == 0 {
                changes.namesChanged = true
            }
        }
    }
}
