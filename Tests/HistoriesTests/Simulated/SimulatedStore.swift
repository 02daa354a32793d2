@testable import Intake

/// What survives the follower: the lines that were accepted, and the positions that were stored with them.
struct SimulatedStore {
    private(set) var texts: [String] = []
    private(set) var positions: [FileIdentity: FilePosition] = [:]
    /// The patterns were followed before.
    var isPatternKnown = false

    mutating func accept(_ texts: [String], _ position: FilePosition) {
        self.texts += texts
        self.store(position)
    }

    mutating func store(_ position: FilePosition) { self.positions[position.identity] = position }

    mutating func remove(_ identity: FileIdentity) { self.positions[identity] = nil }
}
