/// A measured value of a host.
public struct Item: Hashable, Sendable {
    public var id: String
    public var hostID: String
    public var brief: String
    public var lastValueTime: Timestamp
    public var lastValue: String
    public var groups: [String]
    public var unit: String

    /// Describes an item.
    public init(
        id: String,
        hostID: String,
        brief: String,
        lastValueTime: Timestamp,
        lastValue: String,
        groups: [String] = [],
        unit: String = ""
    ) {
        self.id = id
        self.hostID = hostID
        self.brief = brief
        self.lastValueTime = lastValueTime
        self.lastValue = lastValue
        self.groups = groups
        self.unit = unit
    }
}

/// One value of an item's past.
public struct Sample: Hashable, Sendable {
    public var time: Timestamp
    public var value: String

    /// Describes a sample.
    public init(time: Timestamp, value: String) {
        self.time = time
        self.value = value
    }
}
