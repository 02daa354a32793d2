internal import Glibc
internal import Synchronization

/// A program we have started, its output going to a file.
public final class ChildProcess: Sendable {
    /// Its process id.
    public let pid: Int32
    private let status = Mutex<Int32?>(nil)

    /// Starts a program, looked up in the search path, with standard input from `/dev/null`.
    ///
    /// - Parameters:
    ///   - program: Its name or path.
    ///   - arguments: Its arguments, without its name.
    ///   - environment: What is added to our environment.
    ///   - input: A file for its standard input.
    ///   - output: A file for its standard output.
    ///   - errors: A file for its standard error; the same as `output` when absent.
    /// - Throws: ``TestFailure`` when there is no such program.
    public init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "/dev/null",
        output: String = "/dev/null",
        errors: String? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }

        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            let text = String(cString: variable)
            if environment[String(text.prefix { $0 != "=" })] == nil { variables.append(text) }
            next += 1
        }
        variables += environment.map { "\($0.key)=\($0.value)" }

        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var envp = variables.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var attributes = Self.spawnAttributes
        defer { posix_spawnattr_destroy(&attributes) }
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
        guard status == 0 else { throw TestFailure("cannot start \(program): \(String(cString: strerror(status)))") }
        self.pid = pid
    }

    /// Threads of Swift's pool block most signals, and children inherit that.
    private static var spawnAttributes: posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        return attributes
    }

    /// Sends it a signal, unless it has ended.
    public func signal(_ number: Int32) {
        self.status.withLock { if $0 == nil { kill(self.pid, number) } }
    }

    /// How it ended: the exit status, or 128 plus the signal; `nil` while it runs.
    public func poll() -> Int32? {
        self.status.withLock { status in
            var raw: Int32 = 0
            guard status == nil, waitpid(self.pid, &raw, WNOHANG) == self.pid else { return status }
            status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
            return status
        }
    }

    /// Waits for its end.
    @discardableResult
    public func wait(timeout: Duration = .seconds(60)) async throws -> Int32 {
        try await eventually(timeout: timeout, "the end of process \(self.pid)") { self.poll() != nil }
        return self.poll() ?? 0
    }

    /// Asks it to end, and kills it when it does not.
    public func stop(grace: Duration = .seconds(20)) async {
        self.signal(SIGTERM)
        if (try? await self.wait(timeout: grace)) == nil {
            self.signal(SIGKILL)
            _ = try? await self.wait(timeout: .seconds(5))
        }
    }
}
