internal import COpenSSL

/// OpenSSL's queue of errors, which belongs to the current thread.
enum OpenSSLErrors {
    static func clear() { ERR_clear_error() }

    /// The reason of the error that was added last, which stays in the queue.
    static var latestReason: String? { Self.reason(of: ERR_peek_last_error()) }

    /// Empties the queue and says what the root of the trouble was.
    static func drain() -> String? {
        defer { ERR_clear_error() }
        return Self.reason(of: ERR_peek_error())
    }

    private static func reason(of code: UInt) -> String? {
        guard code != 0 else { return nil }
        guard let reason = ERR_reason_error_string(code) else { return nil }
        return String(cString: reason)
    }
}
