internal import GRDB

extension Batch {
    /// Makes the next part of the change inside the transaction the caller has begun; only a long list has more than one part.
    func apply(
        _ progress: inout BatchProgress,
        _ interning: inout Interning,
        in db: Database
    ) throws -> Receipt {
        var receipt = Receipt()
        let inventory = InventoryWriter(server: self.server, db: db)
        let arm = ArmWriter(server: self.server, db: db)
        progress.resume()
        switch self.change {
        case .events(let events):
            receipt = try EventWriter.write(events, server: self.server, interning: &interning, in: db)
            progress.finish()
        case .hosts(let hosts, let update): try inventory.put(hosts, update, &progress)
        case .hostGroups(let groups, let update): try inventory.put(groups, update, &progress)
        case .hostMemberships(let memberships, let update):
            try inventory.put(memberships, update, &progress)
        case .hostParents(let parents, let update): try inventory.put(parents, update, &progress)
        case .triggers(let triggers, let update, let scope):
            try inventory.put(triggers, update, scope: scope, own: false, &progress, &interning)
        case .ownTriggers(let triggers):
            try inventory.put(triggers, .updated, scope: nil, own: true, &progress, &interning)
        case .items(let items, let scope): try inventory.put(items, scope: scope, &progress)
        case .history(let item, let samples): try inventory.put(samples, of: item, &progress)
        case .report(let report):
            try arm.put(report)
            progress.finish()
        case .link(let link):
            try arm.put(link)
            progress.finish()
        case .putAside(let reason, let body, let received):
            try arm.putAside(body, reason: reason, received: received)
            progress.finish()
        }
        if progress.isDone, let element = self.change.element, let lastInfo = self.lastInfo,
            !lastInfo.isEmpty
        {
            try arm.put(lastInfo: lastInfo, of: element)
        }
        return receipt
    }
}
