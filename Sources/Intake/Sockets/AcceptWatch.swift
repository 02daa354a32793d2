internal import Glibc
internal import NIOCore

/// Accepts connections no faster than it is decided about them, and rests when the system has no descriptor or no memory for one.
///
/// A connection has a descriptor from the moment in which it is accepted, and it is decided on another thread whether it may keep
/// it. Without a bound in between, a crowd could take all descriptors in one turn of the loop.
final class AcceptWatch: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    /// So many may be undecided; one reading of the listener accepts a few more.
    private static let mostUndecided = 4

    private let report: () -> Void
    private var undecided = 0
    private var isHeld = false
    private var context: ChannelHandlerContext?

    /// - Parameter report: Called for each attempt that failed.
    init(report: @escaping () -> Void) { self.report = report }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.undecided += 1
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        guard self.undecided < Self.mostUndecided else {
            self.isHeld = true
            return
        }
        context.read()
    }

    /// Notes that it was decided about a connection; to be called on the listener's event loop.
    func noteDecision() {
        self.undecided -= 1
        guard self.isHeld, self.undecided < Self.mostUndecided else { return }
        self.isHeld = false
        self.context?.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) {
            self.report()
            self.pause(context.channel)
        }
        context.fireErrorCaught(error)
    }

    /// NIO's own pause (`AcceptBackoffHandler`) has no effect when the first accept of a turn fails: the channel goes on
    /// waiting for the socket to be readable, which it is, and the loop would turn many thousand times a second.
    private func pause(_ channel: any Channel) {
        channel.setOption(.autoRead, value: false).whenSuccess {
            channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.setOption(.autoRead, value: true) }
        }
    }
}
