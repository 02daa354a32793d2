internal import COpenSSL
internal import Glibc

/// A TCP connection with a limit on every wait.
final class LiveSocket {
    let descriptor: Int32

    init(host: String, port: Int, seconds: Int) throws {
        let step = "connecting to \(host):\(port)"
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, "\(port)", &hints, &list)
        guard status == 0 else {
            throw AuthorityError(.network, step, String(cString: gai_strerror(status)))
        }
        defer { freeaddrinfo(list) }
        var reason = "no address"
        var candidate = list
        while let address = candidate?.pointee {
            candidate = address.ai_next
            let descriptor = socket(
                address.ai_family,
                address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
                address.ai_protocol
            )
            guard descriptor >= 0 else { continue }
            var limit = timeval(tv_sec: seconds, tv_usec: 0)
            // On Linux the limit of sending is the limit of connecting, too.
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
            }
            if connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 {
                self.descriptor = descriptor
                return
            }
            reason = errno == EINPROGRESS ? "no answer within \(seconds) s" : String(cString: strerror(errno))
            close(descriptor)
        }
        throw AuthorityError(
            .network,
            step,
            reason,
            advice: "is the program running, and does a firewall let you through?"
        )
    }

    deinit { close(self.descriptor) }
}
