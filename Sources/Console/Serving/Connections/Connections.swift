internal import NIOCore
internal import Synchronization

/// The connections to the console: which of them are served is decided by ``Newcomers``, and done here.
final class Connections: Sendable {
    /// A connection that waits is told by its promise that it is served; one that is served has none.
    private struct Guest {
        let channel: any Channel
        var turn: EventLoopPromise<Void>?
    }

    private struct State {
        var newcomers: Newcomers<ObjectIdentifier>
        var guests: [ObjectIdentifier: Guest] = [:]
        /// All that are open, whoever they are from.
        var count = 0
        var isFinished = false
    }

    private let most: Int
    private let exempt: Set<String>
    private let state: Mutex<State>

    /// At most `most` connections are open at a time.
    ///
    /// `exempt` are addresses of which any number of newcomers is served: proxies, behind which everybody has one address.
    init(_ limits: Newcomers<ObjectIdentifier>.Limits, most: Int, exempt: Set<String>) {
        self.most = most
        self.exempt = exempt
        self.state = Mutex(State(newcomers: Newcomers(limits)))
    }

    /// Takes a connection in; the result succeeds when it is served, and fails when it is not going to be.
    func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
        let id = ObjectIdentifier(channel)
        let address = channel.remoteAddress?.ipAddress ?? ""
        let turn = channel.eventLoop.makePromise(of: Void.self)
        self.act { state, now in
            state.count += 1
            state.guests[id] = Guest(channel: channel, turn: turn)
            guard !state.isFinished else { return [.close(id)] }
            let room = state.count >= self.most ? state.newcomers.makeRoom(at: now) : []
            guard !self.exempt.contains(address) else { return room + [.serve(id)] }
            return room + state.newcomers.arrive(id, from: PeerNetwork(address), at: now)
        }
        channel.closeFuture.whenComplete { [self] _ in
            self.state.withLock { $0.count -= 1 }
            self.forget(id)
        }
        return turn.futureResult
    }

    /// Notes that a request on this connection has shown who it is from.
    func signedIn(on channel: any Channel) { self.forget(ObjectIdentifier(channel)) }

    /// Closes the connections that wait; there is nothing to wait for any more.
    func finish() {
        self.act { state, _ in
            state.isFinished = true
            return state.guests.filter { $0.value.turn != nil }.map { .close($0.key) }
        }
    }

    private func forget(_ id: ObjectIdentifier) {
        self.act { state, now in
            // A connection that was closed while it waited is not going to be served.
            state.guests.removeValue(forKey: id)?.turn?.fail(ChannelError.alreadyClosed)
            return state.newcomers.leave(id, at: now)
        }
    }

    /// Changes the state, and does what comes of it outside of the lock: closing one connection changes the state again.
    private func act(
        _ body: (inout State, ContinuousClock.Instant) -> [Newcomers<ObjectIdentifier>.Action]
    ) {
        let steps = self.state.withLock { state in
            body(&state, .now).compactMap { action in Self.step(action, in: &state) }
        }
        for step in steps { step(self) }
    }

    private typealias Step = @Sendable (Connections) -> Void

    private static func step(_ action: Newcomers<ObjectIdentifier>.Action, in state: inout State) -> Step? {
        switch action {
        case .serve(let id):
            let turn = state.guests[id]?.turn
            state.guests[id]?.turn = nil
            return { _ in turn?.succeed() }
        case .close(let id):
            guard let guest = state.guests.removeValue(forKey: id) else { return nil }
            return { _ in
                guest.channel.close(promise: nil)
                guest.turn?.fail(ChannelError.alreadyClosed)
            }
        case .lookAgain(let network, let pause):
            guard let loop = state.guests.values.first?.channel.eventLoop else { return nil }
            return { connections in
                _ = loop.scheduleTask(in: TimeAmount(pause)) {
                    connections.act { state, now in state.newcomers.lookAgain(network, at: now) }
                }
            }
        }
    }
}
