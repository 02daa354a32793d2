internal import Dispatch
internal import Glibc

/// What has to be on the disk before what was read of a file counts as accepted.
///
/// Most programs write their logs without flushing them, so that the loss of power takes lines that could be read before. A position that
/// survives it must not lie behind such lines: the file would be shorter than it was, or hold other bytes before the position, and be
/// taken for one that was written anew.
struct FileFlush: Sendable {
    private let descriptor: CInt

    /// Keeps the open file for itself until it is flushed; flushes it now and is `nil` if there are no descriptors left.
    init?(_ descriptor: CInt) {
        self.descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        if self.descriptor < 0 {
            Self.now(descriptor)
            return nil
        }
    }

    /// Returns when the disk has it, or says that it cannot; to be called once.
    func run() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                Self.now(self.descriptor)
                close(self.descriptor)
                continuation.resume()
            }
        }
    }

    /// Blocks until the disk has what an open file holds.
    ///
    /// A refusal changes nothing: what can be read is delivered.
    static func now(_ descriptor: CInt) { _ = fdatasync(descriptor) }
}
