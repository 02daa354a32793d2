internal import Glibc
internal import NIOCore

/// Notices that a listener could not accept a connection because the system has no descriptor or no memory for it.
///
/// Accepting then pauses for a second; who wants to connect waits in the system's queue meanwhile.
final class AcceptWatch: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let report: () -> Void

    /// - Parameter report: Called for each attempt that failed.
    init(report: @escaping () -> Void) { self.report = report }

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
