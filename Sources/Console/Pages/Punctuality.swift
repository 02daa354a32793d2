internal import Store

/// How an event's own time fits the moment when the server got it.
///
/// Lists are in the order of events' times. An event that was held up on its way, or whose sender's clock is wrong, stands at a place
/// where nobody looks for news, and is marked for that.
enum Punctuality: Equatable {
    case onTime
    /// It arrived so many minutes after it happened.
    case late(minutes: Int64)
    /// It happened so many minutes after it arrived: the sender's clock is ahead.
    case ahead(minutes: Int64)

    /// Delivery that is a few minutes behind is nothing to look at.
    private static let lateness: Int64 = 300
    /// Moments of arrival are known to ten seconds, and clocks differ a little.
    private static let tolerance: Int64 = 60

    /// Nothing is known of events without a moment of arrival, which are from before those were kept.
    init(time: Timestamp, arrival: Timestamp?) {
        guard let arrival else {
            self = .onTime
            return
        }
        let seconds = arrival.seconds - time.seconds
        switch seconds {
        case Self.lateness...: self = .late(minutes: (seconds + 30) / 60)
        case ...(-Self.tolerance): self = .ahead(minutes: (30 - seconds) / 60)
        default: self = .onTime
        }
    }
}

extension Call {
    /// What the templates show of an event that is late or ahead of time; empty when it is neither.
    func text(_ punctuality: Punctuality) -> String {
        switch punctuality {
        case .onTime: ""
        case .late(let minutes): self.text("arrivedLate").replacing("{time}", with: self.duration(minutes: minutes))
        case .ahead(let minutes): self.text("clockAhead").replacing("{time}", with: self.duration(minutes: minutes))
        }
    }

    /// A length of time in at most two units, such as `1 h 30 min`.
    private func duration(minutes: Int64) -> String {
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
        let parts =
            days > 0 ? [(days, "unit.day"), (hours, "unit.hour")] : [(hours, "unit.hour"), (rest, "unit.minute")]
        let texts = parts.filter { $0.0 > 0 }.map { self.text($0.1).replacing("{n}", with: String($0.0)) }
        return texts.joined(separator: " ")
    }
}
