internal import Glibc

/// Tells systemd how a service of `Type=notify` is doing (sd_notify(3)); does nothing elsewhere.
struct SystemdNotifier: Sendable {
    private let path: String?
    /// Half the time within which systemd wants a sign of life; `nil` if it wants none.
    let watchdogInterval: Duration?

    init(environment: [String: String] = Environment.current) {
        self.path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        let isForUs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        let microseconds = isForUs ? environment["WATCHDOG_USEC"].flatMap(Int64.init) : nil
        self.watchdogInterval = microseconds.flatMap { $0 > 0 ? .microseconds($0 / 2) : nil }
    }

    /// Asks systemd to be patient with a start that waits, and says why.
    func wait(because reason: String, for pause: Duration) {
        let microseconds = (pause.components.seconds + 60) * 1_000_000
        self.notify("STATUS=\(reason.singleLine)\nEXTEND_TIMEOUT_USEC=\(microseconds)")
    }

    /// Sends lines such as `READY=1`; what fails is systemd's to notice.
    func notify(_ message: String) {
        guard let path = self.path, path.utf8.count < 108 else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // An @ stands for the zero byte of an abstract name.
        let name = Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            for (index, byte) in name.enumerated() { target[index] = byte }
            if name.first == UInt8(ascii: "@") { target[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let text = Array(message.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), pointer, length)
            }
        }
    }
}
