internal import AMQP
internal import HAPI
internal import Logging
internal import Store

/// The shell around one monitoring server's session: brings it events, and does what it wants done.
struct ArmRunner: Sendable {
    /// What reaches the session.
    enum Input: Sendable {
        case session(SessionEvent)
        case channel(ArmChannel.Event)
        /// Take nothing new in, finish what is on its way to the store, and end.
        case stop
    }

    let server: MonitoringServer
    let store: MonitoringStore
    let links: BrokerLinks
    let logger: Logger
    let inbox = Inbox<Input>()
    let firstAttempt = FirstAttempt()
    let finishFetch: @Sendable (FetchRequest.ID, FetchOutcome) -> Void

    /// Runs until stopped or cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepQueues() }
            await self.serve()
            group.cancelAll()
        }
    }

    /// Keeps the queues open, on a connection that has a channel for them, until cancelled.
    private func keepQueues() async {
        var (key, link) = await self.links.acquire(self.server.broker)
        while true {
            let channel = ArmChannel(broker: self.server.broker, link: link, logger: self.logger) {
                [inbox, firstAttempt] event in
                if case .opened = event { firstAttempt.end(succeeded: true) }
                if case .closed = event { firstAttempt.end(succeeded: false) }
                inbox.put(.channel(event))
            }
            await channel.run()
            guard !Task.isCancelled else { break }
            (key, link) = await self.links.leaveFull(key)
        }
        self.firstAttempt.end(succeeded: false)
        await self.links.release(key)
    }

    private func serve() async {
        var session = await self.makeSession()
        var shell = ArmShell(runner: self)
        for await _ in self.inbox.signals {
            for input in self.inbox.take() { await shell.take(input, &session) }
            await shell.acknowledge()
            shell.setTimer(session.nextDeadline)
            if shell.isStopping, session.isIdle || !session.isConnected { break }
        }
        await shell.close()
    }

    /// Remembers what the process before this one knew; without the store's help it starts anew.
    private func makeSession() async -> ArmSession {
        let triggers = (try? await self.store.triggers(server: self.server.id)) ?? []
        let status = (try? await self.store.armStatus(of: self.server.id)) ?? nil
        return ArmSession(
            server: self.server,
            ownTriggers: triggers.filter(\.isOwn).map(\.trigger),
            hasReported: status?.report != nil
        )
    }
}
