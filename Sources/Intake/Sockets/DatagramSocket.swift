internal import CLinux
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A bound UDP or Unix datagram socket.
///
/// Reading never blocks; waiting for the next datagram takes place on a thread of the socket's own, in one `poll` without
/// a time limit, so that an idle socket costs nothing. NIO's datagram channels are not used because they end when a
/// Unix datagram comes from a socket without a name, as all those of syslog(3) do.
final class DatagramSocket: Sendable {
    private let descriptor: CInt
    private let endpoint: SocketEndpoint
    /// Reading and writing end of a pipe; a byte in it ends all waiting.
    private let stopPipe: (reading: CInt, writing: CInt)
    private let waiter = NIOThreadPool(numberOfThreads: 1)

    /// What one receive found.
    enum Received {
        /// A datagram at the start of the buffer, cut when it was longer than the buffer; empty ones count.
        case datagram(length: Int, isCut: Bool, sender: SenderAddress)
        /// Nothing is there now.
        case nothing
    }

    /// Opens the socket, with as large a receive buffer as the system grants up to 4 MiB.
    init(_ endpoint: SocketEndpoint) throws(IntakeError) {
        self.endpoint = endpoint
        let address = try Self.address(of: endpoint)
        let type = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else { throw Self.failure(endpoint, "socket") }
        var size: CInt = 4 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        if endpoint.transport == .unixDatagram { LocalSocketFile.remove(endpoint.host) }
        guard address.bind(descriptor) == 0 else {
            let failure = Self.failure(endpoint, "bind")
            close(descriptor)
            throw failure
        }
        var pipeEnds: (CInt, CInt) = (-1, -1)
        let isPiped =
            withUnsafeMutableBytes(of: &pipeEnds) { clinux_pipe($0.bindMemory(to: CInt.self).baseAddress) } == 0
        guard isPiped else {
            let failure = Self.failure(endpoint, "pipe")
            close(descriptor)
            throw failure
        }
        self.descriptor = descriptor
        self.stopPipe = (pipeEnds.0, pipeEnds.1)
        if endpoint.transport == .unixDatagram { try LocalSocketFile.openToAll(endpoint.host) }
        self.waiter.start()
    }

    deinit {
        self.waiter.shutdownGracefully { _ in }
        close(self.descriptor)
        close(self.stopPipe.reading)
        close(self.stopPipe.writing)
        if self.endpoint.transport == .unixDatagram { LocalSocketFile.remove(self.endpoint.host) }
    }

    /// Where the socket is bound, with the port that the system chose.
    var boundEndpoint: SocketEndpoint {
        var bound = self.endpoint
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(self.descriptor, $0, &length) }
        }
        if result == 0, let port = SenderAddress(storage, length: length).port { bound.port = port }
        return bound
    }

    /// Waits until a datagram may be there; `false` once the socket was told to stop.
    func waitUntilReadable() async -> Bool {
        let (descriptor, stop) = (self.descriptor, self.stopPipe.reading)
        let answer = try? await self.waiter.runIfActive {
            var descriptors = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
            ]
            while poll(&descriptors, 2, -1) < 0, errno == EINTR {}
            return descriptors[1].revents == 0
        }
        return answer ?? false
    }

    /// Ends all waiting, now and later.
    func stop() {
        var byte: UInt8 = 0
        _ = write(self.stopPipe.writing, &byte, 1)
    }

    /// Takes one datagram if there is one.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Received {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        while true {
            let count = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    recvfrom(
                        self.descriptor,
                        buffer.baseAddress,
                        buffer.count,
                        CInt(MSG_DONTWAIT) | CInt(MSG_TRUNC),
                        address,
                        &length
                    )
                }
            }
            if count >= 0 {
                return .datagram(
                    length: min(count, buffer.count),
                    isCut: count > buffer.count,
                    sender: SenderAddress(storage, length: length)
                )
            }
            // Anything but an interruption, an ICMP error for instance, is over once it has been reported.
            guard errno == EINTR else { return .nothing }
        }
    }

    /// How many datagrams the kernel has dropped because the receive buffer was full (socket(7), SO_MEMINFO).
    var dropped: UInt32 {
        var memory = [UInt32](repeating: 0, count: 9)
        var length = socklen_t(memory.count * MemoryLayout<UInt32>.size)
        let result = memory.withUnsafeMutableBytes {
            getsockopt(self.descriptor, SOL_SOCKET, 55, $0.baseAddress, &length)
        }
        return result == 0 ? memory[8] : 0
    }

    private static func address(of endpoint: SocketEndpoint) throws(IntakeError) -> BindAddress {
        do {
            return BindAddress(
                try endpoint.transport == .unixDatagram
                    ? SocketAddress(unixDomainSocketPath: endpoint.host)
                    : SocketAddress.makeAddressResolvingHost(endpoint.host, port: endpoint.port)
            )
        } catch {
            throw IntakeError(.cannotListen, stage: "resolve \(endpoint)", reason: "\(error)")
        }
    }

    private static func failure(_ endpoint: SocketEndpoint, _ call: String) -> IntakeError {
        IntakeError(.cannotListen, stage: "\(call) \(endpoint)", reason: SystemReason.text(errno))
    }
}

/// An address to bind to, in the system's form.
private struct BindAddress {
    private let address: SocketAddress

    init(_ address: SocketAddress) {
        self.address = address
    }

    var family: CInt { CInt(self.address.protocol.rawValue) }

    func bind(_ descriptor: CInt) -> CInt {
        self.address.withSockAddr { Glibc.bind(descriptor, $0, socklen_t($1)) }
    }
}
