internal import Dispatch

/// The descriptors that libdispatch needs for its timers.
///
/// It opens one for each clock with the first timer of that clock, and ends the process when there is none
/// (`_dispatch_timeout_program` in event_epoll.c). The first timer may well be the pause after descriptors have run out, so a
/// program that takes connections lets it open them at its start.
enum DispatchTimers {
    /// Waits for one timer of each clock; takes about a millisecond.
    static func open() {
        let fired = DispatchSemaphore(value: 0)
        let queue = DispatchQueue.global()
        let shortly = DispatchTimeInterval.milliseconds(1)
        queue.asyncAfter(deadline: .now() + shortly) { fired.signal() }
        queue.asyncAfter(wallDeadline: .now() + shortly) { fired.signal() }
        Task.detached {
            // Nobody cancels this task, and there is nothing else that a sleep throws for.
            try? await Task.sleep(for: .milliseconds(1), clock: .continuous)
            fired.signal()
        }
        for _ in 0..<3 { fired.wait() }
    }
}
