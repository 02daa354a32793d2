internal import HAPI
internal import JSONRPC
internal import Store

/// One put of an arm, read, checked and in the store's terms.
struct Put {
    var change: Change
    /// How many records it carries.
    var records: Int
    var lastInfo: String?
    var fetchID: String?
    var divideInfo: DivideInfo?
    /// Whether more events may follow in answer to the same fetch; then ``lastInfo`` is only provisional.
    var mayMore = false
    /// Deviations that were accepted.
    var notes: [String] = []

    /// Reads the params of a put procedure; nil for any other.
    ///
    /// `fetches` are those whose data have not come yet. Throws `InvalidParams` with every problem.
    init?(
        _ procedure: Procedure,
        _ params: JSONValue?,
        received: Timestamp,
        answering fetches: PendingFetches
    ) throws(InvalidParams) {
        switch procedure {
        case .putEvents: self.init(try EventBatch.decode(params))
        case .putHosts: self.init(try PutHosts.decode(params))
        case .putHostGroups: self.init(try PutHostGroups.decode(params))
        case .putHostGroupMembership: self.init(try PutHostGroupMembership.decode(params))
        case .putHostParents: self.init(try PutHostParents.decode(params))
        case .putTriggers: self.init(try PutTriggers.decode(params), answering: fetches)
        case .putItems: self.init(try PutItems.decode(params), answering: fetches)
        case .putHistory: self.init(try PutHistory.decode(params))
        case .putArmInfo:
            let decoded = try ArmInfo.decode(params)
            self.init(change: .report(ArmReport(decoded.value, received: received)), records: 1, notes: decoded.notes)
        case .exchangeProfile, .getMonitoringServerInfo, .getLastInfo, .fetchItems, .fetchHistory, .fetchTriggers,
            .fetchEvents, .updateMonitoringServerInfo:
            return nil
        }
    }

    private init(change: Change, records: Int, notes: [String]) {
        self.change = change
        self.records = records
        self.notes = notes
    }

    private init(_ decoded: Decoded<EventBatch>) {
        let batch = decoded.value
        self.init(change: .events(EventPack(batch)), records: batch.count, notes: decoded.notes)
        self.mayMore = batch.envelope.mayMoreFlag ?? false
        // What hap2-fluentd of old leaves behind means nothing, and neither does a provisional position.
        self.lastInfo = batch.envelope.lastInfo == "None" || self.mayMore ? nil : batch.envelope.lastInfo
        self.fetchID = batch.envelope.fetchId
        self.divideInfo = batch.envelope.divideInfo
    }

    private init(_ decoded: Decoded<PutHosts>) {
        let put = decoded.value
        let change = Change.hosts(put.hosts.map(Store.Host.init), Update(put.updateType))
        self.init(change: change, records: put.hosts.count, notes: decoded.notes)
        (self.lastInfo, self.divideInfo) = (put.lastInfo, put.divideInfo)
    }

    private init(_ decoded: Decoded<PutHostGroups>) {
        let put = decoded.value
        let change = Change.hostGroups(put.hostGroups.map(Store.HostGroup.init), Update(put.updateType))
        self.init(change: change, records: put.hostGroups.count, notes: decoded.notes)
        (self.lastInfo, self.divideInfo) = (put.lastInfo, put.divideInfo)
    }

    private init(_ decoded: Decoded<PutHostGroupMembership>) {
        let put = decoded.value
        let memberships = put.hostGroupMembership.map(HostMembership.init)
        self.init(
            change: .hostMemberships(memberships, Update(put.updateType)),
            records: memberships.count,
            notes: decoded.notes
        )
        (self.lastInfo, self.divideInfo) = (put.lastInfo, put.divideInfo)
    }

    private init(_ decoded: Decoded<PutHostParents>) {
        let put = decoded.value
        let change = Change.hostParents(put.hostParents.map(Store.HostParent.init), Update(put.updateType))
        self.init(change: change, records: put.hostParents.count, notes: decoded.notes)
        (self.lastInfo, self.divideInfo) = (put.lastInfo, put.divideInfo)
    }

    private init(_ decoded: Decoded<PutTriggers>, answering fetches: PendingFetches) {
        let put = decoded.value
        let triggers = put.triggers.map(Store.Trigger.init)
        let scope = fetches.scope(put.fetchId, naming: triggers.lazy.map(\.hostID))
        let change = Change.triggers(triggers, Update(put.updateType), scope: scope)
        self.init(change: change, records: triggers.count, notes: decoded.notes)
        (self.lastInfo, self.fetchID, self.divideInfo) = (put.lastInfo, put.fetchId, put.divideInfo)
    }

    private init(_ decoded: Decoded<PutItems>, answering fetches: PendingFetches) {
        let put = decoded.value
        let items = put.items.map(Store.Item.init)
        let change = Change.items(items, scope: fetches.scope(put.fetchId, naming: items.lazy.map(\.hostID)))
        self.init(change: change, records: put.items.count, notes: decoded.notes)
        (self.fetchID, self.divideInfo) = (put.fetchId, put.divideInfo)
    }

    private init(_ decoded: Decoded<PutHistory>) {
        let put = decoded.value
        let change = Change.history(item: put.itemId, put.samples.map(Store.Sample.init))
        self.init(change: change, records: put.samples.count, notes: decoded.notes)
        (self.fetchID, self.divideInfo) = (put.fetchId, put.divideInfo)
    }
}
