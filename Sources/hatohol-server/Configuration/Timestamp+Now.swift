internal import Glibc
internal import Store

extension Timestamp {
    /// The present.
    static var now: Timestamp {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(clampingSeconds: Int64(now.tv_sec), nanoseconds: Int64(now.tv_nsec))
    }
}
