import Glibc
import TestSupport

/// The socket that systemd gives a service, and what comes to it.
final class NotifySocket {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        self.descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound else { throw TestFailure("cannot listen at \(path): \(errno)") }
    }

    deinit { close(self.descriptor) }

    /// The next message that is there, if one is.
    func receive() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(self.descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Waits for a message that holds a text and returns it.
    @discardableResult
    func wait(for text: String) async throws -> String {
        var found: String?
        try await eventually(timeout: .seconds(300), "a message with \(text)") {
            while found == nil, let message = self.receive() {
                if message.contains(text) { found = message }
            }
            return found != nil
        }
        return found ?? ""
    }
}
