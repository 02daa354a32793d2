internal import Glibc
public import HAPI

extension TimeStamp {
    /// The present, by the system's clock.
    public static var now: Self {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Self(seconds: Int64(now.tv_sec), nanoseconds: Int64(now.tv_nsec))
    }
}
