internal import JSONRPC
internal import Store

/// A moment, as a clock that only goes forward has it for deadlines, and as people have it for records.
struct Moment: Sendable {
    /// Since some fixed point of this process's life.
    var monotonic: Duration
    var wall: Timestamp
}

/// What happens to a session.
enum SessionEvent: Sendable {
    /// The queues are there and being consumed; the exchange that answers go to is empty for the default one.
    case connected(exchange: String)
    /// They no longer are, and why.
    case disconnected(String)
    /// How many consume the queue of the arm's messages, this server included.
    case consumers(Int)
    /// A message from the arm; `tag` is what acknowledges it on this connection.
    case received(body: [UInt8], tag: UInt64)
    /// A message too large to be read.
    case receivedOversized(size: UInt64, tag: UInt64)
    /// A message that is not the arm's, although it lay in its queue, and why it is not.
    case receivedForeign(reason: String, tag: UInt64)
    /// What became of a batch given to the store.
    case stored(StoreToken, Result<Receipt, StoreError>)
    /// What the store said to ``SessionAction/readLastInfo(_:_:)``.
    case lastInfo(StoreToken, Result<String, StoreError>)
    /// What the store said to ``SessionAction/countMissing(_:prefix:)``; nil when it could not be asked.
    case missing(Int64?, SequenceGap)
    /// Somebody asks for a fetch.
    case fetch(FetchRequest)
    /// The settings the arm is told have changed.
    case settingsChanged(MonitoringServer)
    /// A deadline may have come.
    case tick
}

/// Names something asked of the store.
struct StoreToken: Hashable, Sendable {
    var number: UInt64
}

/// What a session wants done, in this order.
enum SessionAction: Sendable {
    /// Publish to the arm's queue.
    case send([UInt8])
    /// Acknowledge this delivery and all before it.
    case acknowledge(UInt64)
    /// Commit, in the order of these actions, and come back with ``SessionEvent/stored(_:_:)``.
    case store(Batch, StoreToken)
    /// Commit a record of our own; nobody waits for it.
    case note(Batch)
    case readLastInfo(LastInfoElement, StoreToken)
    case countMissing(SequenceGap)
    /// Tell who asked for a fetch.
    case finishFetch(FetchRequest.ID, FetchOutcome)
    case log(SessionLog)
}

/// Something worth a line.
struct SessionLog: Sendable, Equatable {
    enum Level: Sendable { case debug, info, warning }
    var level: Level
    var message: String
    var reason: String?
}

/// Numbers of a series of event ids that were left out.
struct SequenceGap: Hashable, Sendable {
    var prefix: String
    var numbers: ClosedRange<Int64>
}
