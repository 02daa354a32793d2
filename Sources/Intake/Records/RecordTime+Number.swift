extension RecordTime {
    /// The first second of the year 2200.
    ///
    /// Until then a number counts seconds.
    ///
    /// A larger number is believed to count a smaller unit: some senders write the milliseconds of JavaScript or Java, and
    /// 1,800,000,000,000 seconds would be in the year 59000.
    static let endOfSeconds: Int64 = 7_258_118_400

    /// The first second of the year 1900; nobody logs anything from before it.
    static let earliestSecond: Int64 = -2_208_988_800

    /// Reads a number that a sender gave as a time: seconds since 1970, or from a size on milli-, micro- or nanoseconds.
    ///
    /// `nil` for zero, which senders without a clock write, for what lies before 1900, and for what is too large in every unit.
    init?(unixNumber number: Int64) {
        guard number != 0, number >= Self.earliestSecond else { return nil }
        var unitsPerSecond: Int64 = 1
        while number / unitsPerSecond >= Self.endOfSeconds {
            guard unitsPerSecond < 1_000_000_000 else { return nil }
            unitsPerSecond *= 1000
        }
        let seconds = number.dividedDown(by: unitsPerSecond)
        let rest = number - seconds * unitsPerSecond
        self.init(seconds: seconds, nanoseconds: UInt32(rest * (1_000_000_000 / unitsPerSecond)))
    }

    /// The same for a number with a fraction.
    init?(unixNumber number: Double) {
        // Beyond this a Double has no fraction anyway, and the conversions below could trap.
        guard abs(number) < 9e15 else {
            guard number >= 9e15, number < 9e18 else { return nil }
            self.init(unixNumber: Int64(number))
            return
        }
        guard number != 0, number >= Double(Self.earliestSecond) else { return nil }
        var seconds = number
        while seconds >= Double(Self.endOfSeconds) { seconds /= 1000 }
        let whole = seconds.rounded(.down)
        self.init(seconds: Int64(whole), nanoseconds: min(999_999_999, UInt32((seconds - whole) * 1e9)))
    }
}
