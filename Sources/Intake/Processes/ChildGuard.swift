internal import CLinux
internal import Glibc

/// Ends a child when this process dies without being able to do so, as by SIGKILL or for lack of memory.
///
/// A left-over fluentd would keep its ports, so that no other can start, and go on consuming its files into a pipe that nobody
/// reads. A shell waits at the end of a pipe of which only we have the other end; when that is closed and the shell was not ended
/// first, we are dead, and it ends the child with everything the child has started. PR_SET_PDEATHSIG would reach
/// the child alone, and would fire when the thread ends that started it.
final class ChildGuard: Sendable {
    /// Gets the child's process group on its first line; nothing more ever comes, but the end of the pipe.
    private static let script = """
        read -r group || exit 0
        read -r nothing
        kill -TERM "-$group" 2>/dev/null
        sleep "$1"
        kill -KILL "-$group" 2>/dev/null
        """

    private let process: pid_t
    private let writer: CInt

    /// Starts the shell.
    ///
    /// - Parameter grace: How long the child may take to end after SIGTERM.
    /// - Throws: `IntakeError.Code.cannotLaunch`.
    init(grace: Duration) throws(IntakeError) {
        var ends: [CInt] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else { throw Self.failure(errno) }
        var process = pid_t()
        let seconds = "\(max(1, grace.components.seconds))"
        let status = Self.spawn(&process, input: ends[0], ["sh", "-c", Self.script, "hap2-fluentd-guard", seconds])
        close(ends[0])
        guard status == 0 else {
            close(ends[1])
            throw Self.failure(status)
        }
        (self.process, self.writer) = (process, ends[1])
    }

    /// Ends the shell before its pipe is closed.
    deinit {
        kill(self.process, SIGKILL)
        while waitpid(self.process, nil, 0) < 0, errno == EINTR {}
        close(self.writer)
    }

    /// Names the process group that is to be ended.
    func watch(_ group: pid_t) {
        let line = Array("\(group)\n".utf8)
        _ = write(self.writer, line, line.count)  // so short a line fits into an empty pipe
    }

    private static func spawn(_ process: inout pid_t, input: CInt, _ words: [String]) -> CInt {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        for descriptor: CInt in 1...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads of Swift's pool block most signals. A group of its own keeps an interrupt at the terminal away.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        return posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, environ)
    }

    private static func failure(_ error: CInt) -> IntakeError {
        IntakeError(
            .cannotLaunch,
            stage: "start the shell that guards a child",
            reason: String(cString: strerror(error))
        )
    }
}
