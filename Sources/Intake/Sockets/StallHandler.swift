internal import NIOCore

/// Knows whether its stream stands in the middle of a message.
protocol MessageWatch: AnyObject {
    /// Whether a message has begun and not ended.
    var isInsideMessage: Bool { get }
}

/// Disconnects a peer that begins a message and does not go on with it, and one that never introduces itself.
///
/// Time during which we do not read, because the sink is busy, is not held against the peer.
final class StallHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    /// What is expected first.
    struct Beginning {
        /// What the peer has to do.
        var introduction: Introduction
        /// How long it may take for the whole of it.
        var limit: TimeAmount
        /// Called when it is done.
        var onEnd: () -> Void
        /// Called when it is not done in time.
        var onTimeout: () -> Void
    }

    private let reader: any MessageWatch
    private let limit: TimeAmount
    private let beginning: Beginning
    private var pieces = 0
    private var isReading = false
    private var timer: Scheduled<Void>?
    private var beginningTimer: Scheduled<Void>?

    /// - Parameters:
    ///   - reader: Knows where the stream stands.
    ///   - limit: How long a peer may pause in the middle of a message.
    ///   - beginning: What is expected first.
    init(_ reader: any MessageWatch, limit: TimeAmount, beginning: Beginning) {
        self.reader = reader
        self.limit = limit
        self.beginning = beginning
    }

    func channelActive(context: ChannelHandlerContext) {
        self.beginningTimer = context.eventLoop.assumeIsolated().scheduleTask(in: self.beginning.limit) {
            self.beginning.onTimeout()
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
        if case .firstByte = self.beginning.introduction { self.endBeginning() }
        self.pieces &+= 1
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.isReading = false
        context.fireChannelReadComplete()
        if self.timer == nil, self.reader.isInsideMessage { self.watch(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? SignInVerdict {
        case .accepted: self.endBeginning()
        case .refused: self.beginningTimer.take()?.cancel()
        case nil: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.stop()
    }

    private func endBeginning() {
        guard let timer = self.beginningTimer.take() else { return }
        timer.cancel()
        self.beginning.onEnd()
    }

    private func stop() {
        self.timer.take()?.cancel()
        self.beginningTimer.take()?.cancel()
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
