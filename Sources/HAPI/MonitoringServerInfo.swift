public import JSONRPC

/// The settings of a monitoring server: result of getMonitoringServerInfo, params of updateMonitoringServerInfo.
///
/// Holds a password: it has no description of its own and belongs in no log.
public struct MonitoringServerInfo: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.updateMonitoringServerInfo

    /// The id at the server.
    public var serverId: Int
    /// The address of the monitored system, in whatever form its arm defines (URI2047).
    public var url: String
    /// What kind of system it is.
    public var type: ServerType
    /// The name shown to people (String255).
    public var nickName: String
    /// The login for the monitored system (String255).
    public var userName: String
    /// Its password, in clear (String255).
    public var password: String
    /// Seconds between polls; the original server says 31622400 where nobody chose.
    public var pollingIntervalSec: Int
    /// Seconds to wait after a failed poll.
    public var retryIntervalSec: Int
    /// Text whose form the arm defines (String32767).
    public var extendedInfo: String

    /// Puts the fields together.
    public init(
        serverId: Int,
        url: String,
        type: ServerType,
        nickName: String,
        userName: String,
        password: String,
        pollingIntervalSec: Int,
        retryIntervalSec: Int,
        extendedInfo: String
    ) {
        self.serverId = serverId
        self.url = url
        self.type = type
        self.nickName = nickName
        self.userName = userName
        self.password = password
        self.pollingIntervalSec = pollingIntervalSec
        self.retryIntervalSec = retryIntervalSec
        self.extendedInfo = extendedInfo
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.serverId = object.number("serverId")
        self.url = object.text("url", .uri2047, excess: .refuse)
        self.type = ServerType(rawValue: object.identifier("type"))
        self.nickName = object.text("nickName")
        self.userName = object.text("userName", excess: .refuse)
        self.password = object.text("password", excess: .refuse)
        self.pollingIntervalSec = object.number("pollingIntervalSec")
        self.retryIntervalSec = object.number("retryIntervalSec")
        self.extendedInfo = object.text("extendedInfo", .string32767, excess: .refuse)
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("serverId", self.serverId)
        writer.member("url", self.url, .uri2047)
        writer.member("type", self.type)
        writer.member("nickName", self.nickName)
        writer.member("userName", self.userName)
        writer.member("password", self.password)
        writer.member("pollingIntervalSec", self.pollingIntervalSec)
        writer.member("retryIntervalSec", self.retryIntervalSec)
        writer.member("extendedInfo", self.extendedInfo, .string32767)
        writer.endObject()
    }
}
