internal import Glibc

/// Lets SIGTERM and SIGINT end the agent with status 0 before its services handle them.
///
/// Opening the spool may take long, as it waits for room on the disk or for a backup. Nothing is accepted meanwhile, so that the
/// process may end at any moment of it. The services replace this as soon as they run.
enum EarlyEnd {
    private static let signals = [SIGTERM, SIGINT]

    static func allow() { for number in self.signals { signal(number) { _ in _exit(0) } } }

    /// Lets the signals end the process as they do by default: a question that was not answered has no good end.
    static func forbid() { for number in self.signals { signal(number, SIG_DFL) } }
}
