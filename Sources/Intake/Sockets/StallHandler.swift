internal import NIOCore

/// Knows whether its stream stands in the middle of a message.
protocol MessageWatch: AnyObject {
    /// Whether a message has begun and not ended.
    var isInsideMessage: Bool { get }
}

/// Disconnects a peer that begins a message and does not go on with it, and one that never says anything.
///
/// Time during which we do not read, because the sink is busy, is not held against the peer.
final class StallHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let reader: any MessageWatch
    private let limit: TimeAmount
    private let firstByteLimit: TimeAmount
    private let onFirstByte: () -> Void
    private var pieces = 0
    private var isReading = false
    private var timer: Scheduled<Void>?
    private var firstByteTimer: Scheduled<Void>?

    /// - Parameters:
    ///   - reader: Knows where the stream stands.
    ///   - limit: How long a peer may pause in the middle of a message.
    ///   - firstByteLimit: How long it may say nothing after it has connected.
    ///   - onFirstByte: Called when it says something for the first time.
    init(
        _ reader: any MessageWatch,
        limit: TimeAmount,
        firstByteLimit: TimeAmount,
        onFirstByte: @escaping () -> Void
    ) {
        self.reader = reader
        self.limit = limit
        self.firstByteLimit = firstByteLimit
        self.onFirstByte = onFirstByte
    }

    func channelActive(context: ChannelHandlerContext) {
        self.firstByteTimer = context.eventLoop.assumeIsolated().scheduleTask(in: self.firstByteLimit) {
            context.close(promise: nil)
        }
        context.fireChannelActive()
        if self.reader.isInsideMessage { self.watch(context) }
    }

    func read(context: ChannelHandlerContext) {
        self.isReading = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let timer = self.firstByteTimer.take() {
            timer.cancel()
            self.onFirstByte()
        }
        self.pieces &+= 1
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.isReading = false
        context.fireChannelReadComplete()
        if self.timer == nil, self.reader.isInsideMessage { self.watch(context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.stop()
    }

    private func stop() {
        self.timer.take()?.cancel()
        self.firstByteTimer.take()?.cancel()
    }

    private func watch(_ context: ChannelHandlerContext) {
        let seen = self.pieces
        self.timer = context.eventLoop.assumeIsolated().scheduleTask(in: self.limit) {
            self.timer = nil
            guard self.reader.isInsideMessage else { return }
            if self.isReading, self.pieces == seen {
                context.close(promise: nil)
            } else {
                self.watch(context)
            }
        }
    }
}
