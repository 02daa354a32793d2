internal import Glibc
internal import NIOCore

/// Notices that a listener could not accept a connection because the system has no descriptor or no memory for it.
///
/// NIO tries again after a second and tells nobody; who wants to connect waits in the system's queue meanwhile.
final class AcceptWatch: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let report: () -> Void

    /// - Parameter report: Called for each attempt that failed.
    init(report: @escaping () -> Void) { self.report = report }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) { self.report() }
        context.fireErrorCaught(error)
    }
}
