internal import GRDB
internal import Synchronization

/// Whether the next transaction is to survive the loss of power (https://www.sqlite.org/pragma.html#pragma_synchronous).
///
/// Each transaction asks for what it needs before it begins. If that were restored behind one that may be lost, and restoring
/// failed, all later ones would promise more than they keep.
final class Durability: Sendable {
    /// As a connection is opened.
    private let isFull = Mutex(true)

    /// Sets what the following transaction of the connection needs; does nothing if it is set already.
    ///
    /// - Throws: Why it cannot be set; the transaction must not begin then.
    func set(isFull wanted: Bool, in database: Database) throws {
        guard self.isFull.withLock({ $0 != wanted }) else { return }
        try database.execute(sql: "PRAGMA synchronous = \(wanted ? "FULL" : "NORMAL")")
        self.isFull.withLock { $0 = wanted }
    }
}
