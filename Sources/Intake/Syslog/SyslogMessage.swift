/// One syslog message, taken apart.
///
/// The fields are ranges within the bytes that were parsed; nothing is copied. A field that the message leaves out,
/// or gives as `-`, is `nil`. No message is refused: what fits neither RFC is ``Format/unstructured``, and its text is
/// everything after the PRI (RFC 3164 section 4.3).
public struct SyslogMessage: Equatable, Sendable {
    /// Which rules the message followed.
    public enum Format: Hashable, Sendable {
        /// RFC 5424, version 1.
        case rfc5424
        /// RFC 3164, also without a host (as written to `/dev/log`) and with an RFC 3339 time (as rsyslog writes it).
        case rfc3164
        /// Neither; the receiver's time and the sender's address stand in for what is missing.
        case unstructured
    }

    /// Which rules the message followed.
    public var format: Format
    /// Facility and severity; `user.notice` when the message has no valid PRI.
    public var priority: SyslogPriority
    /// When it happened, in nanoseconds since 1970-01-01 UTC.
    public var time: Int64?
    /// The machine that it happened on.
    public var host: Range<Int>?
    /// The program: APP-NAME, or the TAG of RFC 3164.
    public var application: Range<Int>?
    /// PROCID, or what stands in brackets after the TAG.
    public var process: Range<Int>?
    /// MSGID, the kind of message.
    public var kind: Range<Int>?
    /// The structured data with its brackets; checked, so that ``SyslogStructuredData`` can walk it.
    public var structuredData: Range<Int>?
    /// The text, without byte order mark.
    public var text: Range<Int>

    init(format: Format, priority: SyslogPriority, text: Range<Int>) {
        self.format = format
        self.priority = priority
        self.text = text
    }
}
