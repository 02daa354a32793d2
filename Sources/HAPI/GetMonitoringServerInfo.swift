/// The call getMonitoringServerInfo, whose params say nothing.
public enum GetMonitoringServerInfo {
    /// The params: an empty string, as HAPI wants it.
    public static let params: [UInt8] = Array("\"\"".utf8)
}
