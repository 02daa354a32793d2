internal import HAPI

/// Polls an arm and tells the server what is new.
///
/// Complete lists go out after each greeting and when they have changed; triggers completely at first and then as far as they
/// have changed; events from where the server says they stopped.
struct Poller: Sendable {
    let arm: any Arm
    let server: any ServerLink

    private var hosts: [Host]?
    private var groups: [HostGroup]?
    private var memberships: [HostGroupMembership]?
    private var parents: [HostParent]?
    private var triggersInfo: String?
    private var hasSentTriggers = false
    private var eventsInfo: String?
    private var hasAskedForEvents = false

    init(_ arm: any Arm, server: any ServerLink) {
        self.arm = arm
        self.server = server
    }

    /// Forgets what the server was told, as after a failure or when the server has been restarted.
    mutating func forget() { self = Self(self.arm, server: self.server) }

    /// Asks for everything once, in the order of the specification.
    ///
    /// - Throws: what the arm threw, or ``CallError``.
    mutating func poll() async throws {
        try await self.pollHosts()
        try await self.pollTriggers()
        try await self.pollEvents()
    }

    private mutating func pollHosts() async throws {
        if let hosts = try await self.arm.hosts(), hosts != self.hosts {
            try await self.server.put(hosts) { PutHosts(hosts: $0, updateType: .all, divideInfo: $1) }
            self.hosts = hosts
        }
        if let groups = try await self.arm.hostGroups(), groups != self.groups {
            try await self.server.put(groups) { PutHostGroups(hostGroups: $0, updateType: .all, divideInfo: $1) }
            self.groups = groups
        }
        if let memberships = try await self.arm.hostGroupMembership(), memberships != self.memberships {
            try await self.server.put(memberships) {
                PutHostGroupMembership(hostGroupMembership: $0, updateType: .all, divideInfo: $1)
            }
            self.memberships = memberships
        }
        if let parents = try await self.arm.hostParents(), parents != self.parents {
            try await self.server.put(parents) { PutHostParents(hostParents: $0, updateType: .all, divideInfo: $1) }
            self.parents = parents
        }
    }

    private mutating func pollTriggers() async throws {
        guard let polled = try await self.arm.triggers(since: self.triggersInfo) else { return }
        // Without a place to go on from, the answer is the complete list.
        let type: UpdateType = self.hasSentTriggers && self.triggersInfo != nil ? .updated : .all
        if type == .all || !polled.records.isEmpty {
            try await self.server.put(polled.records) { part, divideInfo in
                PutTriggers(triggers: part, updateType: type, lastInfo: polled.lastInfo, divideInfo: divideInfo)
            }
        }
        self.hasSentTriggers = true
        self.triggersInfo = polled.lastInfo
    }

    private mutating func pollEvents() async throws {
        if !self.hasAskedForEvents {
            let answer = try await self.server.call(.getLastInfo, LastInfo.params(.event))
            self.eventsInfo = try LastInfo.lastInfo(from: answer, of: .event)
            self.hasAskedForEvents = true
        }
        guard let polled = try await self.arm.events(since: self.eventsInfo) else { return }
        if !polled.records.isEmpty || polled.lastInfo != self.eventsInfo {
            try await self.server.put(polled.records, lastInfo: polled.lastInfo)
        }
        self.eventsInfo = polled.lastInfo ?? self.eventsInfo
    }
}
