internal import GRDB

extension Batch {
    /// Makes the change inside the transaction the caller has begun.
    func apply(_ interning: inout Interning, in db: Database) throws -> Receipt {
        var receipt = Receipt()
        let inventory = InventoryWriter(server: self.server, db: db)
        let arm = ArmWriter(server: self.server, db: db)
        switch self.change {
        case .events(let events):
            receipt = try EventWriter.write(events, server: self.server, interning: &interning, in: db)
        case .hosts(let hosts, let update): try inventory.put(hosts, update)
        case .hostGroups(let groups, let update): try inventory.put(groups, update)
        case .hostMemberships(let memberships, let update): try inventory.put(memberships, update)
        case .hostParents(let parents, let update): try inventory.put(parents, update)
        case .triggers(let triggers, let update, let scope):
            try inventory.put(triggers, update, scope: scope, own: false, &interning)
        case .ownTriggers(let triggers): try inventory.put(triggers, .updated, scope: nil, own: true, &interning)
        case .items(let items, let scope): try inventory.put(items, scope: scope)
        case .history(let item, let samples): try inventory.put(samples, of: item)
        case .report(let report): try arm.put(report)
        case .link(let link): try arm.put(link)
        case .putAside(let reason, let body, let received): try arm.putAside(body, reason: reason, received: received)
        }
        if let element = self.change.element, let lastInfo = self.lastInfo, !lastInfo.isEmpty {
            try arm.put(lastInfo: lastInfo, of: element)
        }
        return receipt
    }
}
