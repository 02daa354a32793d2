/// Joins lines to records of several lines, such as stack traces.
///
/// A record begins with a line that starts one and takes the lines after it, up to the next start. Lines before the first start are
/// a record as well. A record that would become longer than the limit ends before the line that does not fit, so that nothing is lost
/// by a pattern that never matches. Only ranges: the bytes stay where they are.
struct RecordJoiner: Hashable, Sendable {
    /// The most bytes of one record, line ends included.
    let limit: Int

    /// The record to which lines may still be added.
    private(set) var open: Range<Int>?

    /// Takes the next line; calls `record` for each record that is complete with it.
    ///
    /// - Parameters:
    ///   - line: Where the line is, without its end.
    ///   - isCut: Its rest is missing; nothing can be joined to it then.
    ///   - isStart: A record begins with it.
    ///   - record: Receives where a record is, and whether its end is missing.
    mutating func add(_ line: Range<Int>, isCut: Bool, isStart: Bool, _ record: (Range<Int>, Bool) -> Void) {
        if let open = self.open, !isStart, !isCut, line.upperBound - open.lowerBound <= self.limit {
            self.open = open.lowerBound..<line.upperBound
            return
        }
        self.finish(record)
        if isCut { record(line, true) } else { self.open = line }
    }

    /// Nothing more is added to the open record.
    mutating func finish(_ record: (Range<Int>, Bool) -> Void) {
        if let open = self.open { record(open, false) }
        self.open = nil
    }
}
