internal import COpenSSL

/// The bytes that an `i2d_` function writes into memory of its own, copied and freed.
func encoded(_ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32) -> [UInt8] {
    var start: UnsafeMutablePointer<UInt8>?
    let count = encode(&start)
    defer { CRYPTO_free(start, #file, #line) }
    guard count > 0, let start else { return [] }
    return [UInt8](UnsafeBufferPointer(start: start, count: Int(count)))
}

/// Lends the bytes of DER in the form of a `d2i_` function; nil also for what is followed by more bytes, which `free` then gives back.
func decoded<Value>(
    _ bytes: [UInt8],
    free: (Value) -> Void,
    _ decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> Value?
) -> Value? {
    bytes.withUnsafeBufferPointer { buffer in
        var start = buffer.baseAddress
        let end = buffer.baseAddress.map { $0 + buffer.count }
        guard let value = decode(&start, buffer.count) else { return nil }
        guard start == end else {
            free(value)
            return nil
        }
        return value
    }
}

/// The elements of one of libcrypto's stacks.
func elements(of stack: OpaquePointer?) -> [UnsafeMutableRawPointer] {
    guard let stack else { return [] }
    return (0..<max(0, OPENSSL_sk_num(stack))).compactMap { OPENSSL_sk_value(stack, $0) }
}

extension [UInt8] {
    /// The bytes as lower-case hexadecimal digits.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: self.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The SHA-256 digest of the bytes.
    var sha256: [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var count = digest.count
        guard EVP_Q_digest(nil, "SHA256", nil, self, self.count, &digest, &count) == 1 else {
            fatalError("SHA-256 is always there")
        }
        return digest
    }
}

/// Bytes that nobody can guess.
func randomBytes(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try openSSLSucceeds("asking for random bytes") { RAND_bytes(&bytes, Int32(count)) }
    return bytes
}
