/// Puts that arrive in parts, until their last part is there: a value without a clock, told the time by its owner.
///
/// Bounded in series and in bytes. A series that breaks off, comes out of order or grows too large is forgotten and harms no other;
/// its sender begins again at 0 with a new requestId, as HAPI has it.
public struct DividedPuts<Part, Time: Comparable> {
    /// What became of a part.
    public enum Outcome {
        /// Kept; the answer is SUCCESS, and nothing is applied yet.
        case waiting
        /// The last part: all parts, in order, to be applied as one.
        case complete([Part])
        /// Not kept, and neither is the rest of its series.
        case refused(InvalidParams)
    }

    struct Key: Hashable {
        var procedure: Procedure
        var requestId: String
    }

    struct Series {
        var parts: [Part]
        var bytes: Int
        var bytesOfLast: Int
        var deadline: Time
    }

    /// The most series that may be incomplete at a time.
    public let mostSeries: Int
    /// The most bytes that incomplete series may hold together.
    public let mostBytes: Int
    private var series: [Key: Series] = [:]

    /// Starts with no series; the bounds are meant for one arm.
    public init(mostSeries: Int = 16, mostBytes: Int = 256 << 20) {
        self.mostSeries = mostSeries
        self.mostBytes = mostBytes
    }

    /// How many series are incomplete.
    public var count: Int { self.series.count }

    /// What incomplete series hold, in bytes as told by ``add(_:bytes:of:at:deadline:)``.
    public var bytes: Int { self.series.values.reduce(0) { $0 + $1.bytes } }

    /// The first moment at which ``expire(at:)`` will do something.
    public var nextDeadline: Time? { self.series.values.lazy.map(\.deadline).min() }

    /// Takes a part.
    ///
    /// The part before the one expected is taken as sent again because its answer was lost, and replaces its first copy;
    /// part 0 always begins anew.
    ///
    /// - Parameters:
    ///   - part: what to keep.
    ///   - bytes: the memory it takes, for the bound.
    ///   - procedure: which put it belongs to.
    ///   - info: its divideInfo.
    ///   - deadline: until when the next part must have come (90 seconds in the original server).
    /// - Returns: what became of the part, and with the last one all of them.
    public mutating func add(
        _ part: Part,
        bytes: Int,
        of procedure: Procedure,
        at info: DivideInfo,
        deadline: Time
    ) -> Outcome {
        let key = Key(procedure: procedure, requestId: info.requestId)
        var series = Series(parts: [], bytes: 0, bytesOfLast: 0, deadline: deadline)
        if let known = self.series.removeValue(forKey: key), info.serialId > 0 { series = known }
        if info.serialId > 0, info.serialId == series.parts.count - 1 {
            series.parts.removeLast()
            series.bytes -= series.bytesOfLast
        }
        guard info.serialId == series.parts.count else {
            let expected = "expected: \(series.parts.count) actual: \(info.serialId)"
            return .refused(InvalidParams(problems: ["divideInfo.serialId: Invalid serialId. \(expected)"]))
        }
        series.parts.append(part)
        if info.isLast { return .complete(series.parts) }
        series.bytes += bytes
        series.bytesOfLast = bytes
        series.deadline = deadline
        guard self.series.count < self.mostSeries, self.bytes + series.bytes <= self.mostBytes else {
            return .refused(InvalidParams(problems: ["divideInfo: too much is divided at a time"]))
        }
        self.series[key] = series
        return .waiting
    }

    /// Forgets the series whose next part is overdue and tells how many they were.
    public mutating func expire(at now: Time) -> Int {
        let before = self.series.count
        self.series = self.series.filter { $0.value.deadline > now }
        return before - self.series.count
    }
}

extension DividedPuts: Sendable where Part: Sendable, Time: Sendable {}
extension DividedPuts.Outcome: Sendable where Part: Sendable {}
extension DividedPuts.Series: Sendable where Part: Sendable, Time: Sendable {}
