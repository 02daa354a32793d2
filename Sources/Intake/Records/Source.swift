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
}
