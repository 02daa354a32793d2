internal import Daemon
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Those who have connected to a ``Listener`` and wait for their answer, each served by a thread.
final class ListenerPeers: Sendable {
    /// So many are served at a time; for one more, the one that has been there longest is sent away.
    static let most = 16
    /// So long a request may take to come, and as long its answer to go.
    ///
    /// What the answer takes to be made is our own time: a busy agent is slow, and there all the same.
    static let patience = Duration.seconds(4)
    /// The most bytes of a request.
    private static let largestRequest = 8192

    private let isRequestRead: Bool
    private let patience: Duration
    private let answer: @Sendable (_ request: [UInt8]) async -> [UInt8]
    /// Their descriptors, the oldest first.
    ///
    /// One is closed only after it has been taken out.
    private let open = Mutex<[CInt]>([])

    /// - Parameters:
    ///   - isRequestRead: Whether they send something first.
    ///   - patience: See ``patience``.
    ///   - answer: What they get.
    init(
        isRequestRead: Bool,
        patience: Duration = ListenerPeers.patience,
        answer: @escaping @Sendable (_ request: [UInt8]) async -> [UInt8]
    ) {
        self.isRequestRead = isRequestRead
        self.patience = patience
        self.answer = answer
    }

    /// Answers one and closes its connection; returns at once.
    func serve(_ peer: CInt) {
        _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
        self.open.withLock { open in
            if open.count >= Self.most, let oldest = open.first { shutdown(oldest, CInt(SHUT_RDWR)) }
            open.append(peer)
        }
        DetachedThread.start {
            let request = self.isRequestRead ? Self.readRequest(peer, until: .now + self.patience) : []
            let answer = self.waitForAnswer(to: request)
            Self.send(answer, to: peer, until: .now + self.patience)
            self.open.withLock { $0.removeAll { $0 == peer } }
            close(peer)
        }
    }

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

    /// Reads up to the end of the headers.
    private static func readRequest(_ peer: CInt, until due: ContinuousClock.Instant) -> [UInt8] {
        var request: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 2048)
        while request.count < self.largestRequest, !request.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard self.wait(for: POLLIN, peer, until: due) else { break }
            let count = recv(peer, &chunk, chunk.count, CInt(MSG_DONTWAIT))
            guard count > 0 else { break }
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
