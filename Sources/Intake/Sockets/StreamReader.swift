/// Turns the bytes of one connection into what is done with them: a value, which knows nothing of sockets.
protocol StreamReader: SendableMetatype {
    /// What one read yields, as much of it as is complete.
    associatedtype Output: Sendable
    /// Why the rest of a stream is of no use.
    associatedtype Failure: Error

    /// Whether a message has begun and not ended, or one has to begin at once.
    var isInsideMessage: Bool { get }

    /// Takes the next bytes; what was complete before a failure is still there.
    mutating func consume(_ bytes: Span<UInt8>) throws(Failure)

    /// Notes that no more comes.
    mutating func finish()

    /// Hands over what is complete, if anything is.
    mutating func take() -> Output?
}
