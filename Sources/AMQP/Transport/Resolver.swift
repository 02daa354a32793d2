internal import Glibc

/// Looks host names up.
enum Resolver {
    /// Returns the numeric addresses of a host, in the resolver's order (RFC 6724), without repetition; at most 16.
    ///
    /// Blocks the calling thread as long as the system's resolver does, see `timeout` in resolv.conf(5).
    static func addresses(of address: BrokerAddress) throws(AMQPError) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        var status = getaddrinfo(address.host, "\(address.port)", &hints, &list)
        if status == EAI_NONAME {
            hints.ai_flags = 0  // with only a loopback interface AI_ADDRCONFIG hides even literal addresses
            status = getaddrinfo(address.host, "\(address.port)", &hints, &list)
        }
        guard status == 0 else {
            let reason = "\(address.host): \(String(cString: gai_strerror(status)))"
            throw AMQPError(code: .unreachable, stage: .resolve, reason: reason, address: address)
        }
        defer { freeaddrinfo(list) }

        var addresses: [String] = []
        var next = list
        while let entry = next, addresses.count < 16 {
            next = entry.pointee.ai_next
            if let text = Self.numeric(entry.pointee), !addresses.contains(text) { addresses.append(text) }
        }
        guard !addresses.isEmpty else {
            let reason = "\(address.host) has no address"
            throw AMQPError(code: .unreachable, stage: .resolve, reason: reason, address: address)
        }
        return addresses
    }

    /// Why nothing can be reached at an address; librabbitmq keeps it to itself.
    ///
    /// Tries once more, for at most a second.
    static func connectError(_ address: String, port: UInt16) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, "\(port)", &hints, &list) == 0, let entry = list?.pointee else { return nil }
        defer { freeaddrinfo(list) }
        let descriptor = socket(entry.ai_family, entry.ai_socktype | O_NONBLOCK | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        if connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
        var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&watched, 1, 1000) > 0 else { return nil }
        var error: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        return error == 0 ? nil : String(cString: strerror(error))
    }

    private static func numeric(_ entry: addrinfo) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(
            entry.ai_addr,
            entry.ai_addrlen,
            &buffer,
            socklen_t(buffer.count),
            nil,
            0,
            NI_NUMERICHOST
        )
        guard status == 0 else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
