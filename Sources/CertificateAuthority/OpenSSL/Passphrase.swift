internal import COpenSSL

/// What encrypts a key: bytes that are wiped when they are no longer needed.
public final class Passphrase {
    private let buffer: UnsafeMutableBufferPointer<UInt8>

    /// Takes the bytes of a passphrase.
    public init(_ bytes: some Collection<UInt8>) {
        self.buffer = .allocate(capacity: max(1, bytes.count))
        self.buffer.initialize(repeating: 0)
        self.count = bytes.count
        for (index, byte) in bytes.enumerated() { self.buffer[index] = byte }
    }

    deinit {
        OPENSSL_cleanse(self.buffer.baseAddress, self.buffer.count)
        self.buffer.deallocate()
    }

    /// The same with a carriage return behind it, as a file with the line ends of Windows holds it.
    public var withCarriageReturn: Passphrase { Passphrase(Array(self.buffer[..<self.count]) + [UInt8(ascii: "\r")]) }

    /// How many bytes there are.
    public let count: Int

    /// Lends the bytes; they must not be kept.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<CChar>) throws -> Result) rethrows -> Result {
        try self.buffer.withMemoryRebound(to: CChar.self) {
            try body(UnsafeBufferPointer(rebasing: $0[..<self.count]))
        }
    }
}

/// Answers libcrypto's question for a passphrase, and remembers that it was asked.
struct PassphraseAnswer {
    let passphrase: Passphrase?
    var asked = false
}

/// Gives libcrypto the passphrase of a ``PassphraseAnswer``; never prompts: without one the key stays closed.
func answerWithPassphrase(
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int32,
    _ isWriting: Int32,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let buffer, let answer = context?.assumingMemoryBound(to: PassphraseAnswer.self) else { return -1 }
    answer.pointee.asked = true
    guard let passphrase = answer.pointee.passphrase, passphrase.count <= Int(capacity) else { return -1 }
    return passphrase.withBytes { bytes in
        for (index, byte) in bytes.enumerated() { buffer[index] = byte }
        return Int32(bytes.count)
    }
}

extension Passphrase: Equatable {
    /// Compares without telling by its time where the two differ.
    public static func == (left: Passphrase, right: Passphrase) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left.buffer.baseAddress, right.buffer.baseAddress, left.count) == 0
    }
}
