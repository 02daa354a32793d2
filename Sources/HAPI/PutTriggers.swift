public import JSONRPC

/// Triggers of an arm.
public struct PutTriggers: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.putTriggers

    /// The triggers.
    public var triggers: [Trigger]
    /// Whether the records replace or complete what is known.
    ///
    /// An answer to fetchTriggers is `all`.
    public var updateType: UpdateType
    /// What the arm wants to be told by getLastInfo (String32767).
    public var lastInfo: String?
    /// The fetchId of the request this answers; absent otherwise.
    public var fetchId: String?
    /// Which part this is, if the put is divided.
    public var divideInfo: DivideInfo?

    /// Puts the fields together.
    public init(
        triggers: [Trigger],
        updateType: UpdateType,
        lastInfo: String? = nil,
        fetchId: String? = nil,
        divideInfo: DivideInfo? = nil
    ) {
        self.triggers = triggers
        self.updateType = updateType
        self.lastInfo = lastInfo
        self.fetchId = fetchId
        self.divideInfo = divideInfo
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.triggers = object.objects("triggers")
        self.updateType = object.word("updateType", alias: ("UPDATE", .updated), orElse: .updated)
        self.lastInfo = object.optionalText("lastInfo", .string32767, excess: .refuse)
        self.fetchId = object.optionalIdentifier("fetchId")
        self.divideInfo = object.optionalObject("divideInfo")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("triggers", self.triggers)
        writer.member("updateType", self.updateType)
        writer.member("lastInfo", self.lastInfo, .string32767)
        writer.member("fetchId", self.fetchId)
        writer.member("divideInfo", self.divideInfo)
        writer.endObject()
    }
}
