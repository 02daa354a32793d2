internal import ArmPlugin
internal import Dispatch
internal import Glibc

/// A socket that answers everybody who connects with a text and closes; costs nothing while nobody does.
///
/// One connection at a time, each for at most two seconds.
final class Listener: Sendable {
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
        answer: @escaping @Sendable (_ request: [UInt8]) async -> [UInt8]
    ) throws(SettingsError) {
        guard path.utf8.count < 108 else {
            throw SettingsError(place: path, reason: "is too long for a socket: at most 107 bytes")
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        unlink(path)
        let mask = umask(0o077)
        defer { umask(mask) }
        try self.init(descriptor, address, path: path, name: path, isRequestRead: false, answer)
    }

    /// Listens on a numeric address and port, for HTTP.
    ///
    /// - Throws: `SettingsError` that says why it cannot.
    convenience init(
        address text: String,
        answer: @escaping @Sendable (_ request: [UInt8]) async -> [UInt8]
    ) throws(SettingsError) {
        let address = try ListeningAddress(text)
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        switch address {
        case .v4(let address):
            try self.init(descriptor, address, path: nil, name: text, isRequestRead: true, answer)
        case .v6(let address):
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, socklen_t(MemoryLayout<Int32>.size))
            try self.init(descriptor, address, path: nil, name: text, isRequestRead: true, answer)
        }
    }

    private init(
        _ descriptor: Int32,
        _ address: some Any,
        path: String?,
        name: String,
        isRequestRead: Bool,
        _ answer: @escaping @Sendable ([UInt8]) async -> [UInt8]
    ) throws(SettingsError) {
        let isBound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout.size(ofValue: address))) == 0
            }
        }
        guard descriptor >= 0, isBound, listen(descriptor, 8) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw SettingsError(place: name, reason: "cannot be listened on: \(reason)")
        }
        self.descriptor = descriptor
        self.path = path
        self.inode = path.flatMap(Self.inode)
        self.source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: DispatchQueue(label: "listener"))
        self.source.setEventHandler {
            let peer = accept(descriptor, nil, nil)
            guard peer >= 0 else { return }
            var patience = timeval(tv_sec: 2, tv_usec: 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                setsockopt(peer, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
            }
            let request = isRequestRead ? Self.readRequest(peer) : []
            let done = DispatchSemaphore(value: 0)
            Task.detached {
                let bytes = await answer(request)
                _ = send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                close(peer)
                done.signal()
            }
            done.wait()
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

    private static func inode(_ path: String) -> UInt64? {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    /// Reads up to the end of the headers, at most 8 KiB.
    private static func readRequest(_ peer: Int32) -> [UInt8] {
        var request: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 2048)
        while request.count < 8192, !request.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = recv(peer, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            request += chunk[..<count]
        }
        return request
    }
}
