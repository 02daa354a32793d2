internal import Synchronization

/// An append whose caller may not wait for it yet.
enum PendingAppend {
    case inLine
    case awaited(CheckedContinuation<Void, any Error>)
    /// Before its caller came to wait.
    case settled(Result<Void, any Error>)
}

extension Spool {
    /// Suspends under a ticket; `enter` decides, under the lock, who resumes the continuation.
    func suspend(
        _ ticket: UInt64,
        _ enter: (inout Shared, UInt64, CheckedContinuation<Void, any Error>) throws -> Void
    ) async throws {
        defer { self.shared.withLock { _ = $0.cancelled.remove(ticket) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.shared.withLock { shared in
                    do {
                        guard !shared.cancelled.contains(ticket) else { throw CancellationError() }
                        try enter(&shared, ticket, continuation)
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
            }
        } onCancel: {
            self.shared.withLock { $0.cancel(ticket) }
        }
    }
}

extension Spool.Shared {
    mutating func newTicket() -> UInt64 {
        self.lastTicket += 1
        return self.lastTicket
    }

    /// Resumes the continuation when the append under this ticket is settled.
    mutating func await(_ ticket: UInt64, _ continuation: CheckedContinuation<Void, any Error>) {
        guard case .settled(let result) = self.appends[ticket] else {
            self.appends[ticket] = .awaited(continuation)
            return
        }
        self.appends[ticket] = nil
        continuation.resume(with: result)
    }

    /// Tells the caller of an append what became of it.
    mutating func settle(_ ticket: UInt64, _ result: Result<Void, any Error>) {
        switch self.appends[ticket] {
        case .awaited(let continuation):
            self.appends[ticket] = nil
            continuation.resume(with: result)
        case .inLine: self.appends[ticket] = .settled(result)
        case .settled, nil: break
        }
    }

    /// Resumes whoever waits under a ticket, unless its append is being written already.
    mutating func cancel(_ ticket: UInt64) {
        if let watcher = self.watchers.removeValue(forKey: ticket) {
            return watcher.resume(throwing: CancellationError())
        }
        switch self.appends[ticket] {
        case nil: self.cancelled.insert(ticket)
        case .settled: break
        case .inLine, .awaited:
            if self.state.withdraw(ticket) {
                self.settle(ticket, .failure(CancellationError()))
            } else {
                self.unwanted.insert(ticket)
            }
        }
    }
}
