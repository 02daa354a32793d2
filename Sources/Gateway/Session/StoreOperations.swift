internal import JSONRPC
internal import Store

/// What has been asked of the store for an arm, and what has to be asked again because the store failed.
///
/// At most as many as there are unacknowledged deliveries. In the end everything has been stored in the order in which it came, so
/// that neither an older list nor an older position is the last word: what overtook something that failed is stored again behind it.
struct StoreOperations: Sendable {
    /// Something to be committed, and whom to tell.
    struct Operation: Sendable {
        var batch: Batch
        var tag: UInt64
        /// Whom to answer; nil for a notification, and once the answer is given.
        var replyTo: MessageID?
        /// After that nobody waits for the answer any more.
        var replyBy = Duration.zero
        /// The fetch that this put answers.
        var fetch: (id: String, records: Int, isLast: Bool)?
        /// The message, in case nobody can ever store it.
        var body: [UInt8]
        /// How often it failed while others did not.
        var strikes = 0
        var storedBefore: UInt64 = 0
        /// Whether it is stored already, ahead of an older one that failed, and will be once more.
        var hasOvertaken = false
        /// Since when it waits to be stored.
        var since = Duration.zero
    }

    /// Failing while others succeed so often makes a batch a poison.
    static let mostStrikes = 3
    private static let pauses: [Duration] = [1, 2, 5, 10, 30].map { .seconds($0) }

    private var operations: [StoreToken: Operation] = [:]
    private var held: [StoreToken] = []
    private var lastToken: UInt64 = 0
    private var stored: UInt64 = 0
    private var failedRounds = 0
    private var nextAttempt: Duration?
    /// Since when the message waits that has waited longest to be stored; nil when none waits.
    var waitingSince: Duration? {
        self.operations.values.lazy.filter { !$0.hasOvertaken }.map(\.since).min()
    }

    /// How many messages are not stored.
    var count: Int { self.operations.count }

    /// How many bytes the messages have that are not stored.
    var bytes: Int { self.operations.values.reduce(0) { $0 + $1.body.count } }

    /// When the held operations are tried again; not before all others are back, which could still overtake them.
    var retryAt: Duration? { self.isIdle ? self.nextAttempt : nil }

    var isIdle: Bool { self.operations.count == self.held.count }

    /// Whether the store fails, so that there is no point in asking it before the next attempt.
    var isFailing: Bool { !self.held.isEmpty }

    /// Whether the last attempt failed, and nothing has been stored since.
    var hasFailed: Bool { self.failedRounds > 0 }

    /// A name for something asked of the store.
    mutating func makeToken() -> StoreToken {
        self.lastToken += 1
        return StoreToken(number: self.lastToken)
    }

    /// Remembers an operation that is on its way.
    mutating func begin(_ operation: Operation) -> StoreToken {
        let token = self.makeToken()
        self.operations[token] = operation
        return token
    }

    /// Takes an operation that has succeeded out; nil when the connection it belonged to is gone.
    ///
    /// - Returns: The operation as it was, and whether it is done; otherwise it is kept, to be stored again behind what it overtook.
    mutating func succeed(_ token: StoreToken) -> (operation: Operation, isDone: Bool)? {
        let known = self.operations.removeValue(forKey: token)
        if known?.hasOvertaken != true { self.stored += 1 }
        if self.held.isEmpty { (self.failedRounds, self.nextAttempt) = (0, nil) }
        guard let before = known else { return nil }
        guard self.isFailing, before.batch.change.isRepeatable else { return (before, true) }
        var operation = before
        operation.hasOvertaken = true
        operation.replyTo = nil
        operation.fetch = nil
        self.operations[token] = operation
        self.held.append(token)
        return (before, false)
    }

    /// Keeps an operation for the next attempt.
    ///
    /// - Returns: The operation as it was, and whether it is a poison, which is then not kept.
    mutating func fail(_ token: StoreToken, now: Duration) -> (operation: Operation, isPoison: Bool)? {
        guard var operation = self.operations[token] else { return nil }
        if operation.storedBefore != self.stored, operation.storedBefore != 0 { operation.strikes += 1 }
        operation.storedBefore = self.stored
        guard operation.strikes < Self.mostStrikes else {
            self.operations[token] = nil
            return (operation, true)
        }
        let before = operation
        operation.replyTo = nil
        self.operations[token] = operation
        self.hold(token, now)
        return (before, false)
    }

    /// Keeps an operation without trying it, behind those that failed.
    mutating func hold(_ operation: Operation, now: Duration) {
        var operation = operation
        operation.replyTo = nil
        self.hold(self.begin(operation), now)
    }

    private mutating func hold(_ token: StoreToken, _ now: Duration) {
        if self.held.isEmpty {
            self.nextAttempt = now + Self.pauses[min(self.failedRounds, Self.pauses.count - 1)]
            self.failedRounds += 1
        }
        self.held.append(token)
    }

    /// The operations to try again now, in the order in which they came.
    mutating func takeDue(_ now: Duration) -> [(StoreToken, Batch)] {
        guard let retryAt = self.retryAt, retryAt <= now else { return [] }
        defer { (self.held, self.nextAttempt) = ([], nil) }
        let inOrder = self.held.sorted { $0.number < $1.number }
        return inOrder.compactMap { token in self.operations[token].map { (token, $0.batch) } }
    }

    /// Forgets all: what is not acknowledged comes again.
    mutating func reset() {
        self.operations = [:]
        self.held = []
        self.nextAttempt = nil
    }
}

extension Change {
    /// Whether storing it once more leaves what storing it once does.
    fileprivate var isRepeatable: Bool { if case .putAside = self { false } else { true } }
}
