/// Something that yields records.
public protocol Source: Sendable {
    /// A short name for logs and state, for example `tail /var/log/syslog`.
    var name: String { get }

    /// Delivers records until its end, or until it is cancelled.
    ///
    /// On cancellation it stops reading, waits for what is already being accepted, and returns normally: nothing that
    /// was taken from a sender is dropped on the way. It throws when it cannot work at all (``IntakeError``), or what the
    /// sink threw.
    func run(into sink: any RecordSink) async throws

    /// The same; calls `started` once, when records can come: a listener when it has bound its place.
    func run(into sink: any RecordSink, started: @escaping @Sendable () -> Void) async throws

    /// Tries what a run would need, and leaves nothing behind: a place to listen, a program to start.
    ///
    /// Throws ``IntakeError`` for what is missing now.
    func check() throws(IntakeError)

    /// Why no records come, although there may be some; `nil` if nothing is wrong.
    ///
    /// The agent asks every second, and tells log, status and server when the answer changes.
    var problem: String? { get }
}

extension Source {
    /// Says at once that it has started.
    public func run(into sink: any RecordSink, started: @escaping @Sendable () -> Void) async throws {
        started()
        try await self.run(into: sink)
    }

    /// Needs nothing.
    public func check() throws(IntakeError) {}

    /// Nothing is wrong.
    public var problem: String? { nil }
}
