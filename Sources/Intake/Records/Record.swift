/// One record of a source: where it came from, when, and which bytes of its batch it is.
///
/// A record holds ranges, not bytes, so that a batch of thousands costs no allocation per record. The ranges index the
/// ``RecordBatch/storage`` of the batch the record is in.
public struct Record: Hashable, Sendable {
    /// What the bytes of a record are.
    public enum Body: Hashable, Sendable {
        /// A plain line without its line ending, passed as it was: any bytes, NUL and invalid UTF-8 included.
        case text(Range<Int>)

        /// Text that the source announced as JSON, normally one object; it is not checked here.
        case json(Range<Int>)
    }

    /// Where the record came from: the path of a file, the tag of fluentd, `stdin`, `syslog`.
    public var tag: String

    /// When it happened; `nil` if the source did not say, and the time of arrival has to serve.
    public var time: RecordTime?

    /// Its bytes.
    public var body: Body

    /// The record was longer than the source's limit and its end is missing.
    public var isTruncated: Bool

    /// Makes a record.
    public init(tag: String, time: RecordTime? = nil, body: Body, isTruncated: Bool = false) {
        self.tag = tag
        self.time = time
        self.body = body
        self.isTruncated = isTruncated
    }

    /// The place of the record's bytes in the storage of its batch, whatever they are.
    public var range: Range<Int> {
        switch self.body {
        case .text(let range), .json(let range): range
        }
    }
}
