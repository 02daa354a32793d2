internal import Store

/// The pasts of some items as lines in one box of 1000 by 240, over the time that they have in common.
///
/// Items of one unit share a scale; otherwise each line fills the box by itself, and its own numbers say what it spans.
struct Graph {
    /// One item's line.
    struct Line {
        var points = ""
        var lowest = ""
        var highest = ""
    }

    private(set) var lines: [Line]
    /// The first and the last moment; nil without two numbers to draw a line between.
    let span: ClosedRange<Timestamp>?

    init(_ pasts: [(unit: String, samples: [Sample])]) {
        let numbers = pasts.map { past in
            past.samples.compactMap { sample in
                Double(sample.value).flatMap { $0.isFinite ? (time: sample.time, value: $0) : nil }
            }
        }
        let moments = numbers.joined().map(\.time)
        self.lines = pasts.map { _ in Line() }
        guard let first = moments.min(), let last = moments.max(), first < last else {
            self.span = nil
            return
        }
        self.span = first...last
        let isShared = Set(pasts.map(\.unit)).count == 1
        let shared = isShared ? Self.range(numbers.joined().map(\.value)) : nil
        let width = Double(last.nanoseconds - first.nanoseconds)
        for (index, samples) in numbers.enumerated() {
            guard let own = Self.range(samples.map(\.value)) else { continue }
            let range = shared ?? own
            let height = range.upperBound > range.lowerBound ? range.upperBound - range.lowerBound : 1
            self.lines[index] = Line(
                points: samples.map { sample in
                    let x = Double(sample.time.nanoseconds - first.nanoseconds) / width * 1000
                    let y = 240 - (sample.value - range.lowerBound) / height * 240
                    return "\(Self.rounded(x)),\(Self.rounded(y))"
                }.joined(separator: " "),
                lowest: "\(own.lowerBound)",
                highest: "\(own.upperBound)"
            )
        }
    }

    private static func range(_ values: [Double]) -> ClosedRange<Double>? {
        guard let low = values.min(), let high = values.max() else { return nil }
        return low...high
    }

    private static func rounded(_ number: Double) -> Double { (number * 10).rounded() / 10 }
}
