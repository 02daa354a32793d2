internal import COpenSSL

/// A buffer that libcrypto reads from or writes to.
final class MemoryBIO {
    let pointer: OpaquePointer

    /// An empty buffer.
    init() {
        guard let pointer = BIO_new(BIO_s_mem()) else { fatalError("out of memory") }
        // At its end a reader sees the end of a file, not "try again".
        BIO_ctrl(pointer, BIO_C_SET_BUF_MEM_EOF_RETURN, 0, nil)
        self.pointer = pointer
    }

    /// A copy of some bytes, to be read.
    convenience init(_ bytes: some Collection<UInt8>) {
        self.init()
        let copy = Array(bytes)
        let written = copy.withUnsafeBytes { BIO_write(self.pointer, $0.baseAddress, Int32($0.count)) }
        precondition(written == copy.count || copy.isEmpty, "a memory BIO takes what it is given")
    }

    deinit { BIO_free(self.pointer) }

    /// A copy of what is in the buffer.
    var bytes: [UInt8] {
        var start: UnsafeMutableRawPointer?
        let count = BIO_ctrl(self.pointer, BIO_CTRL_INFO, 0, &start)
        return [UInt8](UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(count)))
    }

    var text: String { String(decoding: self.bytes, as: UTF8.self) }
}
