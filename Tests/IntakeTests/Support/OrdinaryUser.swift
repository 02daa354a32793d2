import Dispatch
import Glibc

/// Runs tasks, and the threads that they start, without root's right to read every file.
///
/// The system keeps the user for accesses to files by thread, see setfsuid(2). For an ordinary user nothing changes.
final class OrdinaryUser: TaskExecutor {
    private static let nobody: uid_t = 65534
    private typealias Function = @convention(c) (uid_t) -> CInt

    private let queue = DispatchQueue(label: "ordinary user")
    private let setUser: Function

    /// Finds the function, which the Glibc module lacks; `nil` where the system has none.
    init?() {
        guard let symbol = dlsym(nil, "setfsuid") else { return nil }
        self.setUser = unsafeBitCast(symbol, to: Function.self)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.async {
            _ = self.setUser(Self.nobody)
            job.runSynchronously(on: self.asUnownedTaskExecutor())
            _ = self.setUser(geteuid())
        }
    }
}
