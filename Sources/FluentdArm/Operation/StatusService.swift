internal import ArmPlugin
internal import Glibc
internal import Intake
internal import Logging
internal import ServiceLifecycle

/// Shows the state of the agent: on a socket in its state directory, by HTTP for Prometheus, and to systemd's watchdog.
struct StatusService: Service {
    /// The name of the socket in the state directory.
    static let socketName = "status.socket"
    /// How often it looks whether the socket is there.
    private static let socketInterval = Duration.seconds(2)

    let configuration: Configuration
    let runner: ArmRunner
    let sources: [Sources.Entry]
    let recorder: EventRecorder
    let notifier: SystemdNotifier
    let logger: Logger

    /// Runs until graceful shutdown.
    ///
    /// - Throws: why the address for metrics cannot be used; without the socket the agent runs all the same.
    func run() async throws {
        let metrics = try self.configuration.metricsAddress.map { address throws(SettingsError) in
            try Listener(address: address, limits: self.configuration.peers) { Self.answer($0, await self.status) }
        }
        defer { metrics?.stop() }
        await cancelWhenGracefulShutdown {
            async let socket: Void = self.keepSocket()
            await self.feedWatchdog()
            await socket
        }
    }

    /// Listens on the socket, and makes it anew if somebody has deleted it, for example together with the state directory.
    private func keepSocket() async {
        var socket = self.makeSocket()
        defer { socket?.stop() }
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.socketInterval, tolerance: .milliseconds(500))
            guard socket?.isInPlace == false else { continue }
            // Not before there is a directory for it, which the spool makes.
            guard access(self.configuration.stateDirectory, W_OK) == 0 else { continue }
            socket?.stop()
            socket = self.makeSocket()
        }
    }

    private func makeSocket() -> Listener? {
        do {
            let path = "\(self.configuration.stateDirectory)/\(Self.socketName)"
            return try Listener(path: path) { _ in await self.status.json }
        } catch {
            self.logger.warning("--status will not find this agent", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    private var status: AgentStatus {
        get async {
            AgentStatus(
                arm: await self.runner.status,
                lags: self.sources.flatMap { ($0.source as? FileTail)?.lag ?? [] }.sorted { $0.path < $1.path },
                listeners: self.sources.compactMap { ($0.source as? any ListeningSource)?.counts },
                rules: await self.recorder.ruleCounts
            )
        }
    }

    /// Answers a request of HTTP.
    static func answer(_ request: [UInt8], _ status: AgentStatus) -> [UInt8] {
        let isKnown = request.starts(with: "GET /metrics".utf8)
        let body = isKnown ? status.metrics : Array("see /metrics\n".utf8)
        let head = """
            HTTP/1.1 \(isKnown ? "200 OK" : "404 Not Found")\r\nContent-Type: text/plain; version=0.0.4\r\n\
            Content-Length: \(body.count)\r\nConnection: close\r\n\r\n
            """
        return Array(head.utf8) + body
    }

    /// Gives signs of life for as long as the arm answers.
    private func feedWatchdog() async {
        let interval = self.notifier.watchdogInterval
        while !Task.isCancelled {
            _ = await self.runner.status
            if interval != nil { self.notifier.notify("WATCHDOG=1") }
            try? await Task.sleep(for: interval ?? .seconds(86_400))
        }
    }
}
