internal import ArgumentParser
internal import Query
internal import Store

/// A moment on the command line, as a query has it: `2026-01-02`, `2026-01-02T03:04:05.5Z`, `2026-01-02T03:04+09:00`, `now`, or an age
/// such as `-90s`, `-15m`, `-2h`, `-7d`, `-4w`.
///
/// Forms that the first version took are still read: an age without its sign, a blank for the `T`, and a zone without its colon.
struct TimeArgument: ExpressibleByArgument {
    let timestamp: Timestamp
    /// How the moment is written today, if it was given in an old form.
    let newForm: String?

    init?(argument: String) {
        let newForm = Moment(argument) == nil ? Self.newForm(of: argument) : nil
        guard let moment = Moment(newForm ?? argument) else { return nil }
        self.timestamp = Timestamp(nanoseconds: moment.nanoseconds(now: Timestamp.now.nanoseconds))
        self.newForm = newForm
    }

    /// What an old form is written as today; nil when it is none.
    private static func newForm(of text: String) -> String? {
        if text.last?.isLetter == true, text.dropLast().allSatisfy(\.isNumber) { return "-" + text }
        guard let match = text.wholeMatch(of: /(\d{4}-\d\d-\d\d)[T ](\d[\d:.]*)(Z|[+-]\d\d:?\d\d)?/) else { return nil }
        var zone = match.3.map(String.init) ?? ""
        if zone.count == 5 { zone.insert(":", at: zone.index(zone.startIndex, offsetBy: 3)) }
        return "\(match.1)T\(match.2)\(zone)"
    }
}
