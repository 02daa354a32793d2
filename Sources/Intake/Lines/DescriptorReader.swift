internal import Glibc

/// Reads a pipe or another descriptor that cannot go back, on a thread of its own.
actor DescriptorReader {
    /// The most bytes that one read gives.
    private static let chunkSize = 256 << 10

    private let descriptor: CInt
    private let owns: Bool
    private let drains: Bool
    private let lease = ReaderThread.Lease()

    /// Reads from a descriptor; closes it in the end if it `owns` it.
    ///
    /// A reader that `drains` goes on after cancellation for as long as it does not have to wait.
    init(_ descriptor: CInt, owns: Bool, drains: Bool = false) {
        self.descriptor = descriptor
        self.owns = owns
        self.drains = drains
    }

    deinit { if self.owns { close(self.descriptor) } }

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.lease.thread.asUnownedSerialExecutor() }

    /// Waits for bytes and returns what is there, put behind `rest`; `nil` at the end or when the task is cancelled.
    ///
    /// With `patience` it waits no longer than that; if nothing came, it returns `rest` alone.
    func read(after rest: ArraySlice<UInt8>, patience: Duration? = nil) async throws(IntakeError) -> [UInt8]? {
        let due = patience.map { ContinuousClock.now + $0 }
        let isQuiet = await withTaskCancellationHandler {
            while !Task.isCancelled, !self.lease.thread.wait(forReadable: self.descriptor, until: due) {
                if let due, .now >= due { return true }
                await Task.yield()
            }
            return false
        } onCancel: {
            self.lease.thread.wake()
        }
        if Task.isCancelled, !(self.drains && self.hasMore) { return nil }
        if isQuiet { return Array(rest) }
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: rest.count + Self.chunkSize) { buffer, filled in
            filled = buffer.update(fromContentsOf: rest)
            repeat {
                let count = Glibc.read(self.descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
                if count < 0, errno != EINTR, errno != EAGAIN { failure = errno }
                if count <= 0 { return }
                filled += count
            } while filled < buffer.count && self.hasMore
        }
        guard failure == 0 else {
            throw IntakeError(.cannotRead, stage: "read", reason: String(cString: strerror(failure)))
        }
        return bytes.count > rest.count ? bytes : nil
    }

    private var hasMore: Bool {
        var descriptor = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 1 && descriptor.revents & Int16(POLLIN) != 0
    }
}
