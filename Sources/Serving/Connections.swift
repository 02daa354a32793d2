public import Daemon
public import NIOCore
internal import Synchronization

/// The connections to one listener: which of them are served is decided by `Newcomers`, and done here.
///
/// Connections are told apart by their channels. All methods may be called from any thread.
public final class Connections: Sendable {
    /// The table that decides.
    public typealias Table = Newcomers<ObjectIdentifier>

    /// A connection that waits is told by its promise that it is served; one that is served has none.
    private struct Guest {
        let channel: any Channel
        var turn: EventLoopPromise<Void>?
    }

    private struct State {
        var table: Table
        var guests: [ObjectIdentifier: Guest] = [:]
        var isFinished = false
    }

    private let limits: PeerLimits
    private let report: @Sendable (_ reason: Table.Reason, _ address: String?) -> Void
    private let state: Mutex<State>

    /// There are none yet.
    ///
    /// - Parameters:
    ///   - limits: What strangers may do.
    ///   - most: How many connections may be open at a time.
    ///   - report: Is told of each connection that is closed here: why, and whose it was.
    public init(
        _ limits: PeerLimits,
        most: Int,
        report: @escaping @Sendable (_ reason: Table.Reason, _ address: String?) -> Void
    ) {
        self.limits = limits
        self.report = report
        self.state = Mutex(State(table: Table(.init(most: most, served: limits.newcomers))))
    }

    /// Whether ``finish()`` was called.
    public var isFinished: Bool { self.state.withLock { $0.isFinished } }

    /// The channels of those that are served.
    public var served: [any Channel] {
        self.state.withLock { $0.guests.values.filter { $0.turn == nil }.map(\.channel) }
    }

    /// Takes a connection in, before anything is read from it; to be called on its event loop.
    ///
    /// - Returns: Succeeds when it is served, and fails when it is not going to be.
    public func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
        let id = ObjectIdentifier(channel)
        let network = self.limits.network(of: channel.remoteAddress?.ipAddress)
        let hasDescriptor = Self.countDescriptor(of: channel)
        let turn = channel.eventLoop.makePromise(of: Void.self)
        let isFinished = self.state.withLock { state in
            if !state.isFinished { state.guests[id] = Guest(channel: channel, turn: turn) }
            return state.isFinished
        }
        guard !isFinished else {
            channel.close(promise: nil)
            turn.fail(ChannelError.alreadyClosed)
            return turn.futureResult
        }
        self.act { state, now in state.table.arrive(id, from: network, hasDescriptor: hasDescriptor, at: now) }
        channel.closeFuture.whenComplete { [self] _ in self.forget(id) }
        return turn.futureResult
    }

    /// Notes that a peer has finished its TLS handshake, where nothing more is asked of it.
    public func handshakeFinished(on channel: any Channel) {
        self.act { state, now in state.table.finishHandshake(ObjectIdentifier(channel), at: now) }
    }

    /// Notes that a peer has signed in, has said something, or has a request under way.
    public func settle(_ channel: any Channel) {
        self.act { state, now in state.table.settle(ObjectIdentifier(channel), at: now) }
    }

    /// Notes that the request of a peer is answered, and that nobody knows who it is.
    public func rest(_ channel: any Channel) {
        self.act { state, _ in
            state.table.rest(ObjectIdentifier(channel))
            return []
        }
    }

    /// Closes the connections that wait, and takes in none from now on.
    public func finish() {
        let waiting = self.state.withLock { state in
            state.isFinished = true
            return state.guests.values.filter { $0.turn != nil }.map(\.channel)
        }
        for channel in waiting { channel.close(promise: nil) }
    }

    private func forget(_ id: ObjectIdentifier) {
        self.act { state, now in
            // A connection that was closed while it waited is not going to be served.
            state.guests.removeValue(forKey: id)?.turn?.fail(ChannelError.alreadyClosed)
            return state.table.leave(id, at: now)
        }
    }

    /// Whether the connection has a descriptor that strangers may have; one that they may not have is counted until it is closed.
    private static func countDescriptor(of channel: any Channel) -> Bool {
        // A connection that is closed already has no descriptor any more, and needs none.
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { Int($0) }
        guard let descriptor else { return true }
        let hasDescriptor = DescriptorLimit.hasRoom(for: descriptor)
        if descriptor >= DescriptorLimit.forStrangers {
            DescriptorLimit.changeBeyond(by: 1)
            channel.closeFuture.whenComplete { _ in DescriptorLimit.changeBeyond(by: -1) }
        }
        return hasDescriptor
    }

    /// Changes the state, and does what comes of it outside of the lock: closing one connection changes the state again.
    private func act(_ body: (inout State, ContinuousClock.Instant) -> [Table.Action]) {
        let steps = self.state.withLock { state in
            body(&state, .now).compactMap { action in Self.step(action, in: &state) }
        }
        for step in steps { step(self) }
    }

    private typealias Step = @Sendable (Connections) -> Void

    private static func step(_ action: Table.Action, in state: inout State) -> Step? {
        switch action {
        case .serve(let id):
            let turn = state.guests[id]?.turn
            state.guests[id]?.turn = nil
            return { _ in turn?.succeed() }
        case .close(let id, let reason):
            guard let guest = state.guests.removeValue(forKey: id) else { return nil }
            return { connections in
                connections.report(reason, guest.channel.remoteAddress?.ipAddress)
                guest.channel.close(promise: nil)
                guest.turn?.fail(ChannelError.alreadyClosed)
            }
        case .lookAgain(let network, let pause):
            guard let loop = state.guests.values.first?.channel.eventLoop else { return nil }
            return { connections in
                _ = loop.scheduleTask(in: TimeAmount(pause)) {
                    connections.act { state, now in state.table.lookAgain(network, at: now) }
                }
            }
        }
    }
}
