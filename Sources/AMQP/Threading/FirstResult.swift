internal import Synchronization

/// A value that two may set, of which the first counts; somebody waits for it.
final class FirstResult<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, Never>)
        case set(Value)
        case taken
    }

    private let state = Mutex(State.empty)

    /// Starts something that sets the value, and waits for it or for the cancellation of the calling task.
    static func of(
        _ start: (FirstResult) -> Void,
        onCancel fallback: @escaping @Sendable () -> Value
    ) async -> Value {
        let first = FirstResult()
        start(first)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { first.wait($0) }
        } onCancel: {
            first.set(fallback())
        }
    }

    /// Sets the value; false when another one counts.
    @discardableResult func set(_ value: Value) -> Bool {
        let (isFirst, waiter): (Bool, CheckedContinuation<Value, Never>?) = self.state.withLock { state in
            switch state {
            case .empty:
                state = .set(value)
                return (true, nil)
            case .waiting(let continuation):
                state = .taken
                return (true, continuation)
            case .set, .taken: return (false, nil)
            }
        }
        waiter?.resume(returning: value)
        return isFirst
    }

    private func wait(_ continuation: CheckedContinuation<Value, Never>) {
        let value: Value? = self.state.withLock { state in
            guard case .set(let value) = state else {
                state = .waiting(continuation)
                return nil
            }
            state = .taken
            return value
        }
        if let value { continuation.resume(returning: value) }
    }
}
