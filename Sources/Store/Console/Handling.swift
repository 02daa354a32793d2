/// How far people have come with an event.
public enum HandlingStatus: UInt8, Sendable, CaseIterable {
    case none = 0
    case hold = 1
    case progress = 2
    case done = 3
}

/// Who handles an event, and how far it is.
public struct Handling: Hashable, Sendable {
    public var status: HandlingStatus
    /// The person it is given to; empty when it is given to nobody.
    public var assignee: String
    /// How many comments were written.
    public var comments: Int

    /// An event nobody has touched.
    public static let untouched = Handling(status: .none, assignee: "", comments: 0)
}

/// What somebody changes about the handling of events; nil leaves a part as it is.
public struct HandlingChange: Hashable, Sendable {
    public var status: HandlingStatus?
    public var assignee: String?
    public var comment: String?

    /// Describes a change.
    public init(status: HandlingStatus? = nil, assignee: String? = nil, comment: String? = nil) {
        self.status = status
        self.assignee = assignee
        self.comment = comment
    }
}

/// A change somebody made, as it is remembered.
public struct HandlingStep: Hashable, Sendable, Identifiable {
    public let id: Int64
    public let time: Timestamp
    public let actor: String
    public let change: HandlingChange
}

/// An event with its handling.
public struct HandledEvent: Hashable, Sendable, Identifiable {
    public let event: StoredEvent
    public let handling: Handling

    public var id: Int64 { self.event.id }

    public static func == (one: HandledEvent, other: HandledEvent) -> Bool {
        one.event == other.event && one.handling == other.handling
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(self.event.id) }
}
