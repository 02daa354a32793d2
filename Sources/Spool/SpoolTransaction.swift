/// What is written to the disk in one go: the appends and removals that came together.
struct SpoolTransaction {
    var batches: [SpooledBatch] = []
    var positions: [Position] = []
    var removals: [Int64] = []

    /// Nothing is lost if this does not survive a power cut: removed batches would be sent again and recognised.
    var canBeLost: Bool { self.batches.isEmpty && self.positions.isEmpty }
}

/// What was on the disk when the spool was opened.
struct SpoolContents {
    var id: String
    var nextSequence: Int64
    var positions: [String: [UInt8]]
    var batches: Int
    var bytes: Int64
    var newest: Int64
}

/// A damaged file that was put aside, and what could not be read of it.
struct SpoolDamage {
    var file: String
    /// How many undelivered events it may have held besides those that were rescued.
    var unreadEvents: Int64 = 0
}

/// How much a transaction took away, as counted by the disk.
struct RemovedAmount {
    var batches = 0
    var bytes: Int64 = 0
    /// The file can become shorter still.
    var leavesSpace = false
}
