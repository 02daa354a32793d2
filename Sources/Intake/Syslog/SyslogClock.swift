/// What a parser needs to know about time to read a timestamp that has neither year nor zone.
public struct SyslogClock: Hashable, Sendable {
    /// The receiver's time in seconds since 1970-01-01 UTC.
    public var now: Int64
    /// How many seconds the senders' clocks are ahead of UTC.
    public var zoneOffset: Int64

    /// Describes the moment of receipt.
    public init(now: Int64, zoneOffset: Int64 = 0) {
        self.now = now
        self.zoneOffset = zoneOffset
    }

    /// The time of a date, mostly without a year, in seconds since 1970-01-01 UTC.
    ///
    /// Unless it is given, the year is the receiver's in the senders' zone; the one before when the result would lie more than a day ahead,
    /// and the one after when it would lie more than 364 days back, for a sender whose new year has begun already. A 29
    /// February that the year lacks belongs to the last year that had one. `nil` for a day that no year has.
    func seconds(year given: Int?, month: Int, day: Int, secondOfDay: Int) -> Int64? {
        guard day >= 1, day <= CivilDate.longestMonth(month) else { return nil }
        if let given {
            guard CivilDate.exists(year: given, month: month, day: day) else { return nil }
            return CivilDate.days(year: given, month: month, day: day) * 86_400 + Int64(secondOfDay) - self.zoneOffset
        }
        let year = CivilDate.year(ofDay: (self.now + self.zoneOffset).dividedDown(by: 86_400))
        func moment(_ year: Int) -> Int64 {
            CivilDate.days(year: year, month: month, day: day) * 86_400 + Int64(secondOfDay) - self.zoneOffset
        }
        if month == 1, day == 1, self.now - moment(year) > 364 * 86_400 { return moment(year + 1) }
        var chosen = moment(year) > self.now + 86_400 ? year - 1 : year
        while !CivilDate.exists(year: chosen, month: month, day: day) { chosen -= 1 }
        return moment(chosen)
    }
}
