internal import Daemon
internal import Glibc
internal import Subprocess
internal import SystemPackage

/// A program that is started, watched and stopped with everything it started itself.
struct ChildProcess: Sendable {
    /// How it ended.
    struct Ending: Sendable, CustomStringConvertible {
        /// It exited with status 0.
        var isSuccess: Bool
        /// `exit status 1`, `signal 9`.
        var description: String
    }

    /// The program and its arguments; a program without a slash is searched for in `PATH`.
    let words: [String]

    /// How long it may take to end after SIGTERM, before SIGKILL.
    let grace: Duration

    /// Runs it with its standard output and standard error on these descriptors, which are closed here, and with nothing
    /// on its standard input.
    ///
    /// It gets the soft limit of descriptors that we had at our start, and dies with us, also when we are killed.
    /// Returns when it has ended. Cancelling the task sends SIGTERM, and SIGKILL after the grace. What is left of its process
    /// group in the end gets the same treatment, on its own time.
    /// - Throws: `IntakeError.Code.cannotLaunch`.
    func run(output: CInt, errors: CInt) async throws(IntakeError) -> Ending {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: self.grace)]
        let program = self.words[0]
        // A child without a guard is better than none; it is only left behind if we are killed.
        let guardian = try? ChildGuard(grace: self.grace)
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: Arguments(Array(self.words.dropFirst())),
                platformOptions: options,
                input: .none,
                output: .fileDescriptor(FileDescriptor(rawValue: output), closeAfterSpawningProcess: true),
                error: .fileDescriptor(FileDescriptor(rawValue: errors), closeAfterSpawningProcess: true)
            ) { execution in
                let process = execution.processIdentifier.value
                guardian?.watch(process)
                DescriptorLimit.restore(in: process)
                return process
            }
            withExtendedLifetime(guardian) {}
            self.endGroup(result.closureResult)
            return Ending(result.terminationStatus)
        } catch {
            throw IntakeError(.cannotLaunch, stage: "start \(program)", reason: "\(error)")
        }
    }

    /// Whether the program is there.
    ///
    /// - Throws: `IntakeError.Code.cannotLaunch`.
    func check() throws(IntakeError) {
        let program = self.words[0]
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        let places = program.contains("/") ? [program] : path.split(separator: ":").map { "\($0)/\(program)" }
        guard !places.contains(where: { access($0, X_OK) == 0 }) else { return }
        let reason = program.contains("/") ? String(cString: strerror(errno)) : "there is no such program in PATH"
        throw IntakeError(.cannotLaunch, stage: "start \(program)", reason: reason)
    }

    private func endGroup(_ group: pid_t) {
        guard kill(-group, SIGTERM) == 0 else { return }
        Task.detached { [grace] in
            try? await Task.sleep(for: grace)
            kill(-group, SIGKILL)
        }
    }
}

extension ChildProcess.Ending {
    fileprivate init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self.init(isSuccess: code == 0, description: "exit status \(code)")
        case .signaled(let signal): self.init(isSuccess: false, description: "signal \(signal)")
        }
    }
}
