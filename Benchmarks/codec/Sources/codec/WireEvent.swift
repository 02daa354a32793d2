/// An event as Codable sees it: every field a string, the cheapest form for Codable to make.
struct WireEvent: Codable, Hashable {
    var eventId: String
    var time: String
    var type: String
    var triggerId: String?
    var status: String?
    var severity: String?
    var hostId: String?
    var hostName: String?
    var brief: String
}

/// The params of putEvents as Codable sees them.
struct WireEvents: Codable, Hashable {
    var events: [WireEvent]
    var lastInfo: String?
}

/// A whole request as Codable sees it.
struct WireRequest: Codable, Hashable {
    var jsonrpc: String
    var method: String
    var params: WireEvents
    var id: Int64
}
