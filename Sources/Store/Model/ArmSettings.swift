/// What an arm asks for with `getMonitoringServerInfo`: how to reach the monitored system, and how often.
public struct ArmSettings: Hashable, Sendable {
    /// Address of the monitored system, in a form the arm knows; empty when it needs none.
    public var url: String
    /// Login at the monitored system.
    public var userName: String
    /// Password at the monitored system: for the arm, not for showing.
    public var password: String
    /// Seconds between polls, 1 to 31622400.
    public var pollingInterval: Int
    /// Seconds until a failed poll is tried again, 1 to 2678400.
    public var retryInterval: Int
    /// Text for the arm.
    public var extendedInfo: String

    /// Describes settings; polling each 30 s and retrying after 10 s unless said otherwise.
    public init(
        url: String = "",
        userName: String = "",
        password: String = "",
        pollingInterval: Int = 30,
        retryInterval: Int = 10,
        extendedInfo: String = ""
    ) {
        self.url = url
        self.userName = userName
        self.password = password
        self.pollingInterval = pollingInterval
        self.retryInterval = retryInterval
        self.extendedInfo = extendedInfo
    }
}

extension ArmSettings: CustomReflectable {
    /// Hides the password from `dump` and from descriptions of values that hold settings.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "url": self.url, "userName": self.userName, "password": self.password.isEmpty ? "" : "***",
                "pollingInterval": self.pollingInterval, "retryInterval": self.retryInterval,
                "extendedInfo": self.extendedInfo,
            ]
        )
    }
}
