import Daemon
import Glibc
import Synchronization
import TestSupport
import Testing

/// The limits belong to the whole process, so those who change them run in a process of their own.
@Suite("Descriptors that are used up")
struct DescriptorTests {
    private static func limit() -> rlimit {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return limit
    }

    private static func setSoftLimit(_ soft: rlim_t) {
        var limit = rlimit(rlim_cur: soft, rlim_max: Self.limit().rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    @Test("cost a thread that sleeps only a shorter sleep, until there are some again")
    func blindSleep() async {
        await #expect(processExitsWith: .success) {
            let before = Self.limit().rlim_cur
            Self.setSoftLimit(0)
            let pipe = WakePipe()
            precondition(pipe.descriptor == -1)
            pipe.wake()
            pipe.drain()
            precondition(pipe.sleep(-1) > 0 && pipe.sleep(-1) < 100)
            precondition(pipe.sleep(0) == 0)
            Self.setSoftLimit(before)
            precondition(pipe.sleep(-1) > 0, "the caller polls nothing that it could be woken by")
            precondition(pipe.descriptor >= 0)
            precondition(pipe.sleep(-1) == -1)
        }
    }

    @Test("are never the last ones, as far as strangers take them")
    func reserve() {
        #expect(DescriptorLimit.forStrangers < DescriptorLimit.current - 7)
        #expect(DescriptorLimit.forStrangers > DescriptorLimit.current / 2)
    }

    @Test("are as many as the hard limit allows, and a program that was started has the soft limit of before")
    func raising() async {
        await #expect(processExitsWith: .success) {
            Self.setSoftLimit(512)
            DescriptorLimit.raise()
            precondition(Self.limit().rlim_cur == min(Self.limit().rlim_max, 1 << 20))
            let child = try ChildProcess("sleep", ["60"])
            DescriptorLimit.restore(in: child.pid)
            let limits = String(decoding: try contents(of: "/proc/\(child.pid)/limits"), as: UTF8.self)
            await child.stop()
            let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
            precondition(line?.split(separator: " ")[3] == "512")
        }
    }

    @Test("a thread runs what it is started for")
    func thread() async throws {
        let hasRun = Mutex(false)
        DetachedThread.start { hasRun.withLock { $0 = true } }
        try await eventually("the thread") { hasRun.withLock(\.self) }
    }
}
