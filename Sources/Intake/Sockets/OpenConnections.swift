internal import Daemon
internal import NIOCore
internal import Synchronization

/// The open connections of one listener, which are bounded.
///
/// Somebody who opens a thousand connections and says nothing must not keep others out. So at the bound the oldest connection
/// that has said nothing gives way to the new one.
struct OpenConnections {
    /// What the log says of a connection for which there is no descriptor.
    static let noDescriptorMessage =
        "refused a connection: descriptors run out; raise the limit (LimitNOFILE, ulimit -n)"
    /// What the log says of a connection that gave way.
    static let silentMessage = "closed a connection that had said nothing, to make room for another"

    /// One connection, and whether its peer has said something.
    final class Entry: Sendable {
        let channel: any Channel
        private let descriptor: Int
        private let spoken = Atomic(false)

        /// - Parameters:
        ///   - channel: The connection.
        ///   - descriptor: Its descriptor; 0 for one that is closed already, which needs none.
        init(_ channel: any Channel, descriptor: Int = 0) {
            self.channel = channel
            self.descriptor = descriptor
        }

        /// Whether it has a descriptor that strangers may have.
        var hasDescriptor: Bool { DescriptorLimit.hasRoom(for: self.descriptor) }

        /// Counts the descriptor while the connection is served, if strangers should not have it.
        func countDescriptor(_ isOpen: Bool) {
            guard self.descriptor >= DescriptorLimit.forStrangers else { return }
            DescriptorLimit.changeBeyond(by: isOpen ? 1 : -1)
        }

        var hasSpoken: Bool { self.spoken.load(ordering: .relaxed) }

        func notePeerSpoke() { self.spoken.store(true, ordering: .relaxed) }
    }

    /// What is to be done with a new connection.
    enum Verdict {
        case admit
        /// Admit it, and close this one.
        case admitInsteadOf(any Channel)
        case refuse
    }

    private let most: Int
    private var entries: [ObjectIdentifier: (number: UInt64, entry: Entry)] = [:]
    private var lastNumber: UInt64 = 0

    /// Bounds the number of connections.
    init(most: Int) { self.most = most }

    /// All of them.
    var channels: [any Channel] { self.entries.values.map(\.entry.channel) }

    /// Decides about a new connection, and adds it if it is admitted.
    ///
    /// - Parameters:
    ///   - entry: The new connection.
    ///   - hasDescriptor: Whether it has a descriptor that strangers may have.
    /// - Returns: What is to be done with it.
    mutating func add(_ entry: Entry, hasDescriptor: Bool) -> Verdict {
        var verdict = Verdict.admit
        if !hasDescriptor || self.entries.count >= self.most {
            let silent = self.entries.filter { !$0.value.entry.hasSpoken }
            guard let oldest = silent.min(by: { $0.value.number < $1.value.number }) else { return .refuse }
            self.entries.removeValue(forKey: oldest.key)
            verdict = .admitInsteadOf(oldest.value.entry.channel)
        }
        self.lastNumber += 1
        self.entries[ObjectIdentifier(entry.channel)] = (self.lastNumber, entry)
        return verdict
    }

    /// Forgets one that is over.
    mutating func remove(_ channel: any Channel) { self.entries.removeValue(forKey: ObjectIdentifier(channel)) }
}
