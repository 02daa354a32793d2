/// The six kinds of a JSON value (RFC 8259 section 3), true and false taken as one.
public enum JSONKind: String, Hashable, Sendable {
    case object
    case array
    case string
    case number
    case boolean
    case null
}
