public import JSONRPC

/// A monitored host.
public struct Host: Hashable, HAPIObject {
    /// Its id (String255).
    public var hostId: String
    /// Its name (String255).
    public var hostName: String

    /// Puts the fields together.
    public init(hostId: String, hostName: String) {
        self.hostId = hostId
        self.hostName = hostName
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.hostId = object.identifier("hostId")
        self.hostName = object.text("hostName")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("hostId", self.hostId)
        writer.member("hostName", self.hostName)
        writer.endObject()
    }
}

/// Hosts of an arm.
public struct PutHosts: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.putHosts

    /// The records.
    public var hosts: [Host]
    /// Whether the records replace or complete what is known.
    public var updateType: UpdateType
    /// What the arm wants to be told by getLastInfo (String32767).
    public var lastInfo: String?
    /// Which part this is, if the put is divided.
    public var divideInfo: DivideInfo?

    /// Puts the fields together.
    public init(hosts: [Host], updateType: UpdateType, lastInfo: String? = nil, divideInfo: DivideInfo? = nil) {
        self.hosts = hosts
        self.updateType = updateType
        self.lastInfo = lastInfo
        self.divideInfo = divideInfo
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.hosts = object.objects("hosts")
        self.updateType = object.word("updateType", alias: ("UPDATE", .updated), orElse: .updated)
        self.lastInfo = object.optionalText("lastInfo", .string32767, excess: .refuse)
        self.divideInfo = object.optionalObject("divideInfo")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("hosts", self.hosts)
        writer.member("updateType", self.updateType)
        writer.member("lastInfo", self.lastInfo, .string32767)
        writer.member("divideInfo", self.divideInfo)
        writer.endObject()
    }
}
