/// Runs what may wait for long on a thread of its own.
///
/// Swift's pool has as many threads as the machine has cores. A test that waits on one of them for an answer of a service in the same
/// process takes that thread from the service, and two such tests wait for ever.
public func blocking<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
        Loopback.thread {
            do throws(Failure) {
                continuation.resume(returning: .success(try work()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    return try result.get()
}
