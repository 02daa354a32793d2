internal import Daemon
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Those who have connected to a ``Listener`` and wait for their answer, each served by a thread when its turn has come.
///
/// Who is served, waits or is sent away is decided by `Newcomers`; a peer is a newcomer up to the end of its request, and gives
/// way again while it is slow to take the answer.
final class ListenerPeers: Sendable {
    /// So many may be connected at a time.
    static let most = 128
    /// So many may have a descriptor of the last few: whoever looks after this machine is answered when strangers have the others.
    private static let mostWithReserve = 16
    /// The most bytes of a request.
    private static let largestRequest = 8192

    private struct State {
        var table: Newcomers<CInt>
        /// Those that a thread serves, which closes them.
        var served: Set<CInt> = []
    }

    private let isRequestRead: Bool
    private let limits: PeerLimits
    private let answer: @Sendable (_ request: [UInt8]) async -> [UInt8]
    private let state: Mutex<State>

    /// - Parameters:
    ///   - isRequestRead: Whether they send something first.
    ///   - limits: What they may do; a request may take ``Daemon/PeerLimits/patience`` to come, and as long its answer to go. What the
    ///     answer takes to be made is our own time: a busy agent is slow, and there all the same.
    ///   - answer: What they get.
    init(
        isRequestRead: Bool,
        limits: PeerLimits,
        answer: @escaping @Sendable (_ request: [UInt8]) async -> [UInt8]
    ) {
        self.isRequestRead = isRequestRead
        self.limits = limits
        self.answer = answer
        self.state = Mutex(State(table: Newcomers(.init(most: Self.most, served: limits.newcomers))))
    }

    /// Answers one and closes its connection; returns at once.
    ///
    /// - Parameters:
    ///   - peer: Its descriptor, which is ours from now on.
    ///   - address: Its address; `nil` on a Unix socket.
    func serve(_ peer: CInt, from address: String?) {
        _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
        let network = self.limits.network(of: address)
        self.act { state, now in
            let hasDescriptor =
                state.table.count < Self.mostWithReserve || DescriptorLimit.hasRoom(for: Int(peer))
            return state.table.arrive(peer, from: network, hasDescriptor: hasDescriptor, at: now)
        }
    }

    /// Changes the state, and does what comes of it while nobody else closes or opens a descriptor: its number names a peer.
    private func act(_ body: (inout State, ContinuousClock.Instant) -> [Newcomers<CInt>.Action]) {
        self.state.withLock { state in
            for action in body(&state, .now) {
                switch action {
                case .serve(let peer):
                    state.served.insert(peer)
                    DetachedThread.start { self.converse(with: peer) }
                case .close(let peer, _) where state.served.contains(peer): shutdown(peer, CInt(SHUT_RDWR))
                case .close(let peer, _): close(peer)
                case .lookAgain(let network, let pause):
                    let milliseconds = Int(pause / .milliseconds(1)) + 1
                    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
                        self.act { state, now in state.table.lookAgain(network, at: now) }
                    }
                }
            }
        }
    }

    private func converse(with peer: CInt) {
        if let request = self.isRequestRead ? self.request(of: peer) : [] {
            // On a Unix socket nobody is a stranger, and the oldest gives way whatever it waits for.
            if self.isRequestRead { self.act { state, now in state.table.settle(peer, at: now) } }
            let answer = self.waitForAnswer(to: request)
            if self.isRequestRead {
                self.act { state, _ in
                    state.table.rest(peer)
                    return []
                }
            }
            Self.send(answer, to: peer, until: self.deadline)
        }
        self.act { state, now in
            state.served.remove(peer)
            close(peer)
            return state.table.leave(peer, at: now)
        }
    }

    private var deadline: ContinuousClock.Instant { .now + .seconds(self.limits.patience) }

    private func waitForAnswer(to request: [UInt8]) -> [UInt8] {
        let done = DispatchSemaphore(value: 0)
        let answered = Answered()
        Task.detached { [answer] in
            answered.set(await answer(request))
            done.signal()
        }
        done.wait()
        return answered.bytes
    }

    /// Reads up to the end of the headers; `nil` when they are not there in time, or too long.
    private func request(of peer: CInt) -> [UInt8]? {
        let due = self.deadline
        var request: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 2048)
        while !request.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard request.count < Self.largestRequest, Self.wait(for: POLLIN, peer, until: due) else { return nil }
            let count = recv(peer, &chunk, chunk.count, CInt(MSG_DONTWAIT))
            guard count > 0 else { return nil }
            request += chunk[..<count]
        }
        return request
    }

    private static func send(_ bytes: [UInt8], to peer: CInt, until due: ContinuousClock.Instant) {
        var rest = bytes[...]
        while !rest.isEmpty, self.wait(for: POLLOUT, peer, until: due) {
            let count = rest.withUnsafeBytes {
                Glibc.send(peer, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func wait(for event: CInt, _ peer: CInt, until due: ContinuousClock.Instant) -> Bool {
        let left = CInt(clamping: Int64((due - .now) / .milliseconds(1)))
        var watched = pollfd(fd: peer, events: Int16(event), revents: 0)
        return left > 0 && poll(&watched, 1, left) == 1
    }
}

/// The answer, while a thread waits for it.
private final class Answered: Sendable {
    private let value = Mutex<[UInt8]>([])

    var bytes: [UInt8] { self.value.withLock(\.self) }

    func set(_ bytes: [UInt8]) { self.value.withLock { $0 = bytes } }
}
