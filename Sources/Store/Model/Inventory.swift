/// A monitored host, by the arm's id.
public struct Host: Hashable, Sendable {
    public var id: String
    public var name: String

    /// Describes a host.
    public init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

/// How the store came to know a host, and whether its arm still lists it.
public enum HostState: UInt8, Sendable {
    /// The arm lists it.
    case listed = 0
    /// Only seen in events or triggers so far.
    case adHoc = 1
    /// The arm listed it once, and does so no longer.
    case removed = 2
}

/// A group of hosts, by the arm's id.
public struct HostGroup: Hashable, Sendable {
    public var id: String
    public var name: String

    /// Describes a group.
    public init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

/// The groups a host belongs to.
public struct HostMembership: Hashable, Sendable {
    public var hostID: String
    public var groupIDs: [String]

    /// Describes the groups of one host: all of them.
    public init(hostID: String, groupIDs: [String]) {
        self.hostID = hostID
        self.groupIDs = groupIDs
    }
}

/// A host that runs on another one.
public struct HostParent: Hashable, Sendable {
    public var childID: String
    /// Empty when the child has no parent any more.
    public var parentID: String

    /// Describes one relation.
    public init(childID: String, parentID: String) {
        self.childID = childID
        self.parentID = parentID
    }
}
