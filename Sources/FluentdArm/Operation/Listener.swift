internal import ArmPlugin
internal import Daemon
internal import Dispatch
internal import Glibc

/// A socket that answers everybody who connects with a text and closes; costs nothing while nobody does.
///
/// At most ``ListenerPeers/most`` connections at a time, and those of strangers within ``Daemon/PeerLimits``, so that they hold up nobody.
final class Listener: Sendable {
    /// How long nobody is accepted after the system had no descriptor for somebody.
    private static let pause = DispatchTimeInterval.seconds(1)

    private let descriptor: Int32
    /// Sources of libdispatch may be used from any thread.
    private nonisolated(unsafe) let source: any DispatchSourceRead
    private let path: String?
    /// The inode of the socket in its directory.
    private let inode: UInt64?

    /// Listens on a Unix socket that only the owner may use; a left-over of an earlier run is replaced.
    ///
    /// - Throws: `SettingsError` that says why it cannot.
    convenience init(
        path: String,
        limits: PeerLimits = PeerLimits(),
        answer: @escaping @Sendable (_ request: [UInt8]) async -> [UInt8]
    ) throws(SettingsError) {
        guard path.utf8.count < 108 else {
            throw SettingsError(place: path, reason: "is too long for a socket: at most 107 bytes")
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let peers = ListenerPeers(isRequestRead: false, limits: limits, answer: answer)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        unlink(path)
        let mask = umask(0o077)
        defer { umask(mask) }
        try self.init(descriptor, address, path: path, name: path, serving: peers)
    }

    /// Listens on a numeric address and port, for HTTP.
    ///
    /// - Throws: `SettingsError` that says why it cannot.
    convenience init(
        address text: String,
        limits: PeerLimits,
        answer: @escaping @Sendable (_ request: [UInt8]) async -> [UInt8]
    ) throws(SettingsError) {
        let address = try ListeningAddress(text)
        let peers = ListenerPeers(isRequestRead: true, limits: limits, answer: answer)
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        switch address {
        case .v4(let address):
            try self.init(descriptor, address, path: nil, name: text, serving: peers)
        case .v6(let address):
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, socklen_t(MemoryLayout<Int32>.size))
            try self.init(descriptor, address, path: nil, name: text, serving: peers)
        }
    }

    private init(
        _ descriptor: Int32,
        _ address: some Any,
        path: String?,
        name: String,
        serving peers: ListenerPeers
    ) throws(SettingsError) {
        let isBound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout.size(ofValue: address))) == 0
            }
        }
        guard descriptor >= 0, isBound, listen(descriptor, CInt(ListenerPeers.most)) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw SettingsError(place: name, reason: "cannot be listened on: \(reason)")
        }
        self.descriptor = descriptor
        self.path = path
        self.inode = path.flatMap(Self.inode)
        let queue = DispatchQueue(label: "listener")
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        self.source = source
        // As above: the handler suspends and resumes it from its own queue.
        nonisolated(unsafe) let accepting: any DispatchSourceRead = source
        source.setEventHandler {
            let (peer, address) = Self.accept(descriptor)
            if peer >= 0 { return peers.serve(peer, from: address) }
            guard [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) else { return }
            // Whoever waits is told again and again until there is a descriptor for him.
            accepting.suspend()
            queue.asyncAfter(deadline: .now() + Self.pause) { accepting.resume() }
        }
        self.source.activate()
    }

    /// Whether others find the socket under its name: it is deleted along with the directory it lies in.
    var isInPlace: Bool { self.path.flatMap(Self.inode) == self.inode }

    /// Stops listening.
    func stop() {
        self.source.cancel()
        close(self.descriptor)
        if let path = self.path, self.isInPlace { unlink(path) }
    }

    /// The next connection, and the address of its peer if it has one; a negative number, with the reason in `errno`.
    private static func accept(_ listener: CInt) -> (peer: CInt, address: String?) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let peer = Glibc.accept(listener, address, &length)
                guard peer >= 0, address.pointee.sa_family != sa_family_t(AF_UNIX) else { return (peer, nil) }
                var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
                let size = socklen_t(name.count)
                let status = getnameinfo(address, length, &name, size, nil, 0, NI_NUMERICHOST)
                // An address of a kind that cannot be written counts with its like.
                guard status == 0 else { return (peer, "unknown") }
                return (peer, String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
            }
        }
    }

    private static func inode(_ path: String) -> UInt64? {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }
}
