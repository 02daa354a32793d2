public import JSONRPC

/// A host that runs on another.
public struct HostParent: Hashable, HAPIObject {
    /// The host (String255).
    public var childHostId: String
    /// The host it runs on; empty to end the relation (String255).
    public var parentHostId: String

    /// Puts the fields together.
    public init(childHostId: String, parentHostId: String) {
        self.childHostId = childHostId
        self.parentHostId = parentHostId
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.childHostId = object.identifier("childHostId")
        self.parentHostId = object.identifier("parentHostId")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("childHostId", self.childHostId)
        writer.member("parentHostId", self.parentHostId)
        writer.endObject()
    }
}

/// Which hosts run on which.
public struct PutHostParents: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.putHostParents

    /// The records.
    public var hostParents: [HostParent]
    /// Whether the records replace or complete what is known.
    public var updateType: UpdateType
    /// What the arm wants to be told by getLastInfo (String32767).
    public var lastInfo: String?
    /// Which part this is, if the put is divided.
    public var divideInfo: DivideInfo?

    /// Puts the fields together.
    public init(
        hostParents: [HostParent],
        updateType: UpdateType,
        lastInfo: String? = nil,
        divideInfo: DivideInfo? = nil
    ) {
        self.hostParents = hostParents
        self.updateType = updateType
        self.lastInfo = lastInfo
        self.divideInfo = divideInfo
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.hostParents = object.objects("hostParents")
        self.updateType = object.word("updateType", alias: ("UPDATE", .updated), orElse: .updated)
        self.lastInfo = object.optionalText("lastInfo", .string32767, excess: .refuse)
        self.divideInfo = object.optionalObject("divideInfo")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("hostParents", self.hostParents)
        writer.member("updateType", self.updateType)
        writer.member("lastInfo", self.lastInfo, .string32767)
        writer.member("divideInfo", self.divideInfo)
        writer.endObject()
    }
}
