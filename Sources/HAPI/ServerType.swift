/// The kind of a monitored system, a UUID in text form; every kind of arm has its own.
public struct ServerType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The UUID as sent.
    public var rawValue: String

    /// Takes any text; nothing in HAPI demands that it be a UUID.
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let zabbix = Self(rawValue: "8e632c14-d1f7-11e4-8350-d43d7e3146fb")
    public static let nagiosNDOUtils = Self(rawValue: "902d955c-d1f7-11e4-80f9-d43d7e3146fb")
    public static let nagiosLivestatus = Self(rawValue: "6f024e3e-a2cd-11e5-bfc7-d43d7e3146fb")
    public static let ceilometer = Self(rawValue: "aa25a332-d1f7-11e4-80b4-d43d7e3146fb")
    public static let fluentd = Self(rawValue: "d91ba1cb-a64a-4072-b2b8-2f91bcae1818")

    /// The types that have a name, by that name.
    public static let named: [(name: String, type: Self)] = [
        ("zabbix", .zabbix), ("nagios-ndoutils", .nagiosNDOUtils), ("nagios-livestatus", .nagiosLivestatus),
        ("ceilometer", .ceilometer), ("fluentd", .fluentd),
    ]

    /// The name if it has one, else the UUID.
    public var description: String { Self.named.first { $0.type == self }?.name ?? self.rawValue }
}
