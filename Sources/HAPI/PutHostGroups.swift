public import JSONRPC

/// A group of hosts.
public struct HostGroup: Hashable, HAPIObject {
    /// Its id (String255).
    public var groupId: String
    /// Its name (String255).
    public var groupName: String

    /// Puts the fields together.
    public init(groupId: String, groupName: String) {
        self.groupId = groupId
        self.groupName = groupName
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.groupId = object.identifier("groupId")
        self.groupName = object.text("groupName")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("groupId", self.groupId)
        writer.member("groupName", self.groupName)
        writer.endObject()
    }
}

/// Host groups of an arm.
public struct PutHostGroups: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.putHostGroups

    /// The records.
    public var hostGroups: [HostGroup]
    /// Whether the records replace or complete what is known.
    public var updateType: UpdateType
    /// What the arm wants to be told by getLastInfo (String32767).
    public var lastInfo: String?
    /// Which part this is, if the put is divided.
    public var divideInfo: DivideInfo?

    /// Puts the fields together.
    public init(hostGroups: [HostGroup], updateType: UpdateType, lastInfo: String? = nil, divideInfo: DivideInfo? = nil)
    {
        self.hostGroups = hostGroups
        self.updateType = updateType
        self.lastInfo = lastInfo
        self.divideInfo = divideInfo
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.hostGroups = object.objects("hostGroups")
        self.updateType = object.word("updateType", alias: ("UPDATE", .updated), orElse: .updated)
        self.lastInfo = object.optionalText("lastInfo", .string32767, excess: .refuse)
        self.divideInfo = object.optionalObject("divideInfo")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("hostGroups", self.hostGroups)
        writer.member("updateType", self.updateType)
        writer.member("lastInfo", self.lastInfo, .string32767)
        writer.member("divideInfo", self.divideInfo)
        writer.endObject()
    }
}
