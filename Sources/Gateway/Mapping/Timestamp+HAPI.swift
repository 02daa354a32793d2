internal import HAPI
internal import Store

extension Timestamp {
    /// A moment on the wire; what the store cannot keep becomes the nearest it can.
    init(_ time: TimeStamp) { self.init(clampingSeconds: time.seconds, nanoseconds: Int64(time.nanoseconds)) }
}

extension TimeStamp {
    /// A moment of the store.
    init(_ time: Timestamp) {
        let (seconds, nanoseconds) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        self.init(seconds: seconds, nanoseconds: nanoseconds)
    }
}
