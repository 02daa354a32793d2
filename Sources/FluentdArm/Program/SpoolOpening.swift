internal import ArmPlugin
internal import Glibc
internal import Logging
internal import Spool

/// Opens the spool, and waits for a disk that takes nothing and for a program that reads the file.
///
/// A full disk at the start, or a backup that is being made, is no reason to give up.
struct SpoolOpening {
    /// The pauses between attempts grow up to this.
    static let longestPause = Duration.seconds(30)

    let configuration: Configuration
    let notifier: SystemdNotifier
    let logger: Logger

    /// Returns the open spool, however long that takes.
    ///
    /// - Throws: what does not pass by itself, such as a directory that another agent uses or that is forbidden.
    func open(firstPause: Duration = .seconds(1)) async throws -> Spool {
        var pause = firstPause
        var reason: String?
        var watch: DiskTroubleWatch?
        defer { watch?.stop() }
        while true {
            let error: SpoolError
            do {
                let spool = try await self.attempt()
                if reason != nil { self.logger.notice("the spool is open now") }
                return spool
            } catch let failure {
                error = failure
            }
            guard error.code == .unwritable || error.code == .busy else { throw error }
            // Until the services run, a reload has nothing to reload, and must not end us.
            signal(SIGHUP, SIG_IGN)
            if reason != error.description {
                self.logger.error("the spool cannot be opened, trying again", metadata: ["error": "\(error)"])
            }
            reason = error.description
            watch?.stop()
            watch = DiskTroubleWatch(self.configuration, problem: error.description)
            self.notifier.wait(because: "the spool cannot be opened: \(error)", for: pause)
            try await Task.sleep(for: pause)
            // A backup is over soon, and nothing is gained by asking a full disk often.
            if error.code == .unwritable { pause = min(pause * 2, Self.longestPause) }
        }
    }

    private func attempt() async throws(SpoolError) -> Spool {
        try await Spool.open(
            directory: self.configuration.stateDirectory,
            limit: Int64(self.configuration.spoolLimit),
            logger: self.logger
        )
    }
}

/// Answers `--status` and Prometheus while there is no spool, as far as the disk allows.
struct DiskTroubleWatch {
    private let listeners: [Listener]

    init(_ configuration: Configuration, problem: String) {
        let status = AgentStatus(waitingBecause: "the spool cannot be opened: \(problem)")
        // The disk may have no room for a socket, and the log says what is wrong all the same.
        let socket = try? Listener(path: "\(configuration.stateDirectory)/\(StatusService.socketName)") { _ in
            status.json
        }
        let metrics = configuration.metricsAddress.flatMap { address in
            // An address that is taken is reported once the spool is open and the service listens there.
            try? Listener(address: address, limits: configuration.peers) { StatusService.answer($0, status) }
        }
        self.listeners = [socket, metrics].compactMap(\.self)
    }

    func stop() { for listener in self.listeners { listener.stop() } }
}
