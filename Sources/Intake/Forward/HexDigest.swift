internal import COpenSSL

/// SHA-512 in lower-case hexadecimal digits.
enum HexDigest {
    /// Digests the bytes.
    static func sha512(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        let isDone = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha512(), nil) == 1
        precondition(isDone, "OpenSSL has no SHA-512")
        let digits = Array("0123456789abcdef".utf8)
        return digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// Compares in a time that does not tell where the difference is.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
