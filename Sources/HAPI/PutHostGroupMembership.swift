public import JSONRPC

/// The groups that one host belongs to.
public struct HostGroupMembership: Hashable, HAPIObject {
    /// The host (String255).
    public var hostId: String
    /// The groups (String255 each).
    public var groupIds: [String]

    /// Puts the fields together.
    public init(hostId: String, groupIds: [String]) {
        self.hostId = hostId
        self.groupIds = groupIds
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.hostId = object.identifier("hostId")
        self.groupIds = object.texts("groupIds", excess: .refuse)
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("hostId", self.hostId)
        writer.member("groupIds", texts: self.groupIds)
        writer.endObject()
    }
}

/// Which hosts belong to which groups.
public struct PutHostGroupMembership: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.putHostGroupMembership

    /// The records.
    public var hostGroupMembership: [HostGroupMembership]
    /// Whether the records replace or complete what is known.
    public var updateType: UpdateType
    /// What the arm wants to be told by getLastInfo (String32767).
    public var lastInfo: String?
    /// Which part this is, if the put is divided.
    public var divideInfo: DivideInfo?

    /// Puts the fields together.
    public init(
        hostGroupMembership: [HostGroupMembership],
        updateType: UpdateType,
        lastInfo: String? = nil,
        divideInfo: DivideInfo? = nil
    ) {
        self.hostGroupMembership = hostGroupMembership
        self.updateType = updateType
        self.lastInfo = lastInfo
        self.divideInfo = divideInfo
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.hostGroupMembership = object.objects("hostGroupMembership")
        self.updateType = object.word("updateType", alias: ("UPDATE", .updated), orElse: .updated)
        self.lastInfo = object.optionalText("lastInfo", .string32767, excess: .refuse)
        self.divideInfo = object.optionalObject("divideInfo")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("hostGroupMembership", self.hostGroupMembership)
        writer.member("updateType", self.updateType)
        writer.member("lastInfo", self.lastInfo, .string32767)
        writer.member("divideInfo", self.divideInfo)
        writer.endObject()
    }
}
