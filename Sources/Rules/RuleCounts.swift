/// How many records a rule has dropped, and why.
public struct RuleCounts: Hashable, Sendable {
    /// What in a rule can drop a record.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// `drop`
        case drop
        /// `sample`: the record was not the one to keep.
        case sample
        /// `limit`: it came too fast.
        case limit
    }

    /// The rule's name.
    public let rule: String
    private var counts: [UInt64] = Reason.allCases.map { _ in 0 }

    /// Starts with none.
    public init(rule: String) { self.rule = rule }

    /// How many it dropped for a reason.
    public subscript(_ reason: Reason) -> UInt64 { self.counts[reason.index] }

    /// How many it dropped.
    public var total: UInt64 { self.counts.reduce(0, +) }

    mutating func note(_ reason: Reason) { self.counts[reason.index] += 1 }

    /// Adds up what is counted under the same name, in the order in which names first appear.
    public static func sum(_ all: [RuleCounts]) -> [RuleCounts] {
        var sums: [RuleCounts] = []
        for counts in all {
            if let index = sums.firstIndex(where: { $0.rule == counts.rule }) {
                for reason in Reason.allCases { sums[index].counts[reason.index] += counts[reason] }
            } else {
                sums.append(counts)
            }
        }
        return sums
    }
}

extension RuleCounts.Reason {
    fileprivate var index: Int {
        switch self {
        case .drop: 0
        case .sample: 1
        case .limit: 2
        }
    }
}
