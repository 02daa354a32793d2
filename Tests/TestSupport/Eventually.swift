/// Waits until a condition holds, looking again every 20 ms.
///
/// For what can only be observed from outside; wait for the thing itself where it can be awaited.
///
/// - Parameters:
///   - timeout: How long it may take; a bound against hanging, so be generous.
///   - what: What is awaited, for the message.
///   - condition: Whether it is there. What it throws ends the wait.
/// - Throws: ``TestFailure`` when the time is over, or what `condition` throws.
public func eventually(
    timeout: Duration = .seconds(60),
    _ what: String,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + timeout
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TestFailure("not within \(timeout): \(what)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}
