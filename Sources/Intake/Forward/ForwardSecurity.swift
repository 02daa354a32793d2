/// Who may send by the Forward protocol.
public struct ForwardSecurity: Sendable {
    /// The secret that all senders share with us.
    public var sharedKey: String
    /// Names and passwords; with none, the shared key is enough.
    public var users: [String: String]
    /// The name that we give ourselves.
    ///
    /// Fluentd refuses a server of its own name, so the default is `hap2-fluentd.` and this machine's name.
    public var serverName: String

    /// Requires the shared key, and one of the users if there are any.
    public init(sharedKey: String, users: [String: String] = [:], serverName: String? = nil) {
        self.sharedKey = sharedKey
        self.users = users
        self.serverName = serverName ?? "hap2-fluentd.\(SenderAddress.localName)"
    }
}
