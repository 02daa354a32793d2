internal import Glibc

/// Why the system refused a place to listen, and what to do about it.
enum SystemReason {
    /// One line for an error number.
    static func text(_ error: CInt) -> String {
        let text = String(cString: strerror(error))
        switch error {
        case EADDRINUSE: return "\(text); another program listens there"
        case EACCES:
            return
                "\(text); ports below 1024 need CAP_NET_BIND_SERVICE, a socket needs a directory that we may write to"
        case EADDRNOTAVAIL: return "\(text); this machine has no such address"
        case ENOENT: return "\(text); make the directory first"
        default: return text
        }
    }
}
