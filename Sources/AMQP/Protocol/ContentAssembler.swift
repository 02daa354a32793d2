/// Puts a message of one channel together from its method, header and body frames.
///
/// Frames of several channels may alternate on the wire, those of one channel may not (AMQP 0-9-1, section 4.2.6), so each
/// channel has an assembler of its own. Never holds more than `maximumBodySize` bytes.
struct ContentAssembler {
    /// What came before the content.
    enum Envelope: Equatable {
        case delivery(consumerTag: String, tag: UInt64, redelivered: Bool, routingKey: String)
        case returned(replyCode: UInt16, reason: String)
    }

    /// A complete message; `body` is empty when it was too large, or when it was returned: nobody needs it then.
    struct Content: Equatable {
        var envelope: Envelope
        var properties: Properties
        var size: UInt64
        var body: [UInt8]
    }

    /// What the header says besides the size, as far as we use it.
    struct Properties: Equatable {
        var messageID: String?
        var userID: String?
    }

    /// A frame that may not come now; the connection has to be given up (reply code 505).
    struct UnexpectedFrame: Error, Equatable {
        var reason: String
    }

    private struct Partial {
        var content: Content
        var received: UInt64 = 0
        let keepsBody: Bool
    }

    private enum State {
        case idle
        case header(Envelope)
        case body(Partial)
    }

    private let maximumBodySize: Int
    private var state = State.idle

    init(maximumBodySize: Int) { self.maximumBodySize = maximumBodySize }

    /// Whether no content is under way, so that a method may come.
    var isIdle: Bool {
        if case .idle = self.state { true } else { false }
    }

    /// Takes the method that announces content.
    mutating func begin(_ envelope: Envelope) throws(UnexpectedFrame) {
        guard self.isIdle else { throw UnexpectedFrame(reason: "a message begins within another") }
        self.state = .header(envelope)
    }

    /// Takes the header; returns the message when it has no body.
    mutating func header(size: UInt64, properties: Properties) throws(UnexpectedFrame) -> Content? {
        guard case .header(let envelope) = self.state else {
            throw UnexpectedFrame(reason: "a message header comes without its method")
        }
        let content = Content(envelope: envelope, properties: properties, size: size, body: [])
        guard size > 0 else {
            self.state = .idle
            return content
        }
        var isWanted = false
        if case .delivery = envelope { isWanted = size <= UInt64(self.maximumBodySize) }
        self.state = .body(Partial(content: content, keepsBody: isWanted))
        return nil
    }

    /// Takes a piece of the body; returns the message when this was the last one.
    mutating func body(_ bytes: UnsafeRawBufferPointer) throws(UnexpectedFrame) -> Content? {
        guard case .body(var partial) = self.state else {
            throw UnexpectedFrame(reason: "a message body comes without its header")
        }
        self.state = .idle  // so that the array below has one owner and grows in place
        let size = partial.content.size
        guard UInt64(bytes.count) <= size - partial.received else {
            throw UnexpectedFrame(reason: "a message body is longer than announced")
        }
        partial.received += UInt64(bytes.count)
        if partial.keepsBody {
            // The announced size is a promise of the peer: reserve no more than a little on the strength of it.
            if partial.content.body.isEmpty { partial.content.body.reserveCapacity(Int(min(size, 1 << 20))) }
            partial.content.body.append(contentsOf: bytes)
        }
        guard partial.received == size else {
            self.state = .body(partial)
            return nil
        }
        return partial.content
    }
}
