internal import CLinux
internal import Glibc

/// The two ends of a new pipe, both closed in programs that are started meanwhile.
struct Pipe {
    /// As much as an ordinary user may ask for (pipe(7)); a burst of the writer then does not have to wait for us.
    private static let capacity: CInt = 1 << 20
    /// `F_SETPIPE_SZ`, which Glibc's module does not have.
    private static let setCapacity: CInt = 1031

    let reader: CInt
    let writer: CInt

    /// - Throws: `IntakeError.Code.cannotLaunch` when there are no descriptors left.
    init() throws(IntakeError) {
        var ends: [CInt] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else {
            throw IntakeError(.cannotLaunch, stage: "make a pipe", reason: String(cString: strerror(errno)))
        }
        _ = fcntl(ends[1], Self.setCapacity, Self.capacity)
        (self.reader, self.writer) = (ends[0], ends[1])
    }

    /// Closes both ends of a pipe that is not used after all.
    func close() {
        Glibc.close(self.reader)
        Glibc.close(self.writer)
    }
}
