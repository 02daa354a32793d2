internal import Glibc
internal import NIOCore

extension SocketEndpoint {
    /// Tries whether this place can be bound now, and leaves nothing behind.
    ///
    /// The file of a Unix socket is not made: another agent that runs may listen on it.
    /// - Throws: `IntakeError.Code.cannotListen` with the reason.
    func check() throws(IntakeError) {
        if self.isLocal { return try self.checkDirectory() }
        let address: SocketAddress
        do {
            address = try SocketAddress.makeAddressResolvingHost(self.host, port: self.port)
        } catch {
            throw IntakeError(.cannotListen, stage: "resolve \(self)", reason: "\(error)")
        }
        let kind = self.isStream ? SOCK_STREAM : SOCK_DGRAM
        let type = CInt(kind.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(CInt(address.protocol.rawValue), type, 0)
        guard descriptor >= 0 else { throw self.failure("socket", errno) }
        defer { close(descriptor) }
        var yes: CInt = 1
        if self.isStream {
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        }
        guard address.withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0 else {
            throw self.failure("bind", errno)
        }
    }

    /// A socket is made in its directory; one of an earlier run is replaced, anything else is not.
    private func checkDirectory() throws(IntakeError) {
        let slash = self.host.lastIndex(of: "/")
        let directory = slash.map { $0 == self.host.startIndex ? "/" : String(self.host[..<$0]) } ?? "."
        var status = stat()
        guard stat(directory, &status) == 0 else { throw self.failure("find the directory \(directory) of", errno) }
        guard access(directory, W_OK | X_OK) == 0 else { throw self.failure("write to the directory of", errno) }
        if lstat(self.host, &status) == 0, status.st_mode & S_IFMT != S_IFSOCK {
            throw self.failure("bind", EADDRINUSE)
        }
    }

    private func failure(_ call: String, _ error: CInt) -> IntakeError {
        IntakeError(.cannotListen, stage: "\(call) \(self)", reason: SystemReason.text(error))
    }
}
