internal import COpenSSL

/// Runs calls of libcrypto and explains their failure from the error queue.
///
/// The queue belongs to the thread: it is emptied before, and drained on failure.
func openSSL<Value>(
    _ step: @autoclosure () -> String,
    _ code: AuthorityError.Code = .library,
    advice: String? = nil,
    _ body: () throws -> Value?
) throws -> Value {
    ERR_clear_error()
    defer { ERR_clear_error() }
    if let value = try body() { return value }
    throw AuthorityError(code, step(), drainedOpenSSLErrors() ?? "OpenSSL gives no reason", advice: advice)
}

/// Runs calls of libcrypto that answer with a number above zero when they succeed.
func openSSLSucceeds(
    _ step: @autoclosure () -> String,
    _ code: AuthorityError.Code = .library,
    advice: String? = nil,
    _ body: () throws -> Int32
) throws {
    _ = try openSSL(step(), code, advice: advice) { try body() > 0 ? true : nil }
}

/// The error queue of this thread as text, deepest cause first; nil when it is empty.
func drainedOpenSSLErrors() -> String? {
    var reasons: [String] = []
    while true {
        var data: UnsafePointer<CChar>?
        var flags: Int32 = 0
        let code = ERR_get_error_all(nil, nil, nil, &data, &flags)
        guard code != 0 else { break }
        var reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
        if let data, flags & ERR_TXT_STRING != 0, data.pointee != 0 { reason += " (\(String(cString: data)))" }
        if !reasons.contains(reason) { reasons.append(reason) }
    }
    return reasons.isEmpty ? nil : reasons.joined(separator: ", ")
}

/// The text of a reply that libcrypto wrote into a fixed buffer.
func openSSLText(capacity: Int, _ fill: (UnsafeMutablePointer<CChar>, Int) -> Bool) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
        guard let start = buffer.baseAddress else { return nil }
        buffer.initialize(repeating: 0)
        return fill(start, capacity) ? String(cString: start) : nil
    }
}
