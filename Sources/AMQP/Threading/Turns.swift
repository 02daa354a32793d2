/// Lets so many tasks in at a time, the others in the order they came; part of the connection that owns it.
final class Turns {
    private(set) var free: Int
    private var waiters: [FirstResult<Result<Void, AMQPError>>] = []

    init(_ free: Int) { self.free = free }

    /// How many wait.
    var waiting: Int { self.waiters.count }

    /// Lets fewer in; before anybody was let in.
    func limit(to most: Int) { self.free = min(self.free, most) }

    /// Waits to be let in; ``end()`` lets the next one in.
    func begin() async throws(AMQPError) {
        guard self.free == 0 else {
            self.free -= 1
            return
        }
        let turn: Result<Void, AMQPError> = await FirstResult.of {
            self.waiters.append($0)
        } onCancel: {
            .failure(.cancelled(.declare))
        }
        try turn.get()
    }

    /// Hands the turn to the first who still waits for one.
    func end() {
        while !self.waiters.isEmpty {
            if self.waiters.removeFirst().set(.success(())) { return }
        }
        self.free += 1
    }
}
