internal import CRabbitMQ

extension amqp_bytes_t {
    /// A copy of the bytes; they belong to the connection's pool and live until it is released.
    var array: [UInt8] { [UInt8](UnsafeRawBufferPointer(start: self.bytes, count: self.len)) }

    /// The bytes as text, repaired where they are not UTF-8.
    var string: String { String(decoding: UnsafeRawBufferPointer(start: self.bytes, count: self.len), as: UTF8.self) }

    /// Borrows bytes that outlive the use of the value.
    init(borrowing buffer: UnsafeRawBufferPointer) {
        self.init(len: buffer.count, bytes: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
    }

    /// Refers to the bytes of a literal, which live as long as the program.
    init(_ literal: StaticString) {
        self.init(len: literal.utf8CodeUnitCount, bytes: UnsafeMutableRawPointer(mutating: literal.utf8Start))
    }
}

extension String {
    /// Lends the text in librabbitmq's form, valid only inside `body`.
    ///
    /// `amqp_cstring_bytes` must not be used with a Swift string: it keeps a pointer to a buffer that is already gone.
    func withAMQPBytes<Result, Failure: Error>(
        _ body: (amqp_bytes_t) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let span = self.utf8.span
        return try span.withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
            try body(amqp_bytes_t(borrowing: UnsafeRawBufferPointer(buffer)))
        }
    }
}

extension [UInt8] {
    /// Lends the bytes in librabbitmq's form, valid only inside `body`.
    func withAMQPBytes<Result, Failure: Error>(
        _ body: (amqp_bytes_t) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try self.span.withUnsafeBytes { (buffer) throws(Failure) -> Result in try body(amqp_bytes_t(borrowing: buffer))
        }
    }
}

extension timeval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = max(duration, .zero).components
        self.init(tv_sec: Int(min(seconds, 1 << 30)), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
