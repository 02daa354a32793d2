internal import JSONRPC
internal import Store

/// What has been asked of the store for an arm, and what has to be asked again because the store failed.
///
/// At most as many as there are unacknowledged deliveries.
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
    }

    /// Failing while others succeed so often makes a batch a poison.
    static let mostStrikes = 3
    private static let pauses: [Duration] = [1, 2, 5, 10, 30].map { .seconds($0) }

    private var operations: [StoreToken: Operation] = [:]
    private var held: [StoreToken] = []
    private var lastToken: UInt64 = 0
    private var stored: UInt64 = 0
    private var failedRounds = 0
    /// When the held operations are tried again.
    private(set) var retryAt: Duration?

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
    mutating func succeed(_ token: StoreToken) -> Operation? {
        self.stored += 1
        if self.held.isEmpty { (self.failedRounds, self.retryAt) = (0, nil) }
        return self.operations.removeValue(forKey: token)
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
            self.retryAt = now + Self.pauses[min(self.failedRounds, Self.pauses.count - 1)]
            self.failedRounds += 1
        }
        self.held.append(token)
    }

    /// The operations to try again now, in their order.
    mutating func takeDue(_ now: Duration) -> [(StoreToken, Batch)] {
        guard let retryAt = self.retryAt, retryAt <= now else { return [] }
        defer { (self.held, self.retryAt) = ([], nil) }
        return self.held.compactMap { token in self.operations[token].map { (token, $0.batch) } }
    }

    /// Forgets all: what is not acknowledged comes again.
    mutating func reset() {
        self.operations = [:]
        self.held = []
        self.retryAt = nil
    }
}
