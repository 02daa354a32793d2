public import Store

/// Somebody who changes things by a command on the machine of the store, as the audit log names them.
public struct CommandLineActor: Sendable {
    /// What stands in place of the address a request came from.
    static let address = "command line"

    private let name: String

    /// Somebody known to the operating system by this name.
    public init(name: String) { self.name = name }

    /// What is recorded with a change to a user, such as `user.change`; never a password.
    public func audit(_ action: String, before: User? = nil, after: User? = nil) -> AuditRecord {
        let id = (after ?? before)?.id ?? 0
        return self.record(action, "user/\(id)", before: before.map { JSON($0) }, after: after.map { JSON($0) })
    }

    /// What is recorded with a change to a monitoring server, such as `server.change`; never a password.
    public func audit(
        _ action: String,
        before: MonitoringServer? = nil,
        after: MonitoringServer? = nil
    ) -> AuditRecord {
        let id = (after ?? before)?.id ?? 0
        return self.record(action, "server/\(id)", before: before.map { JSON($0) }, after: after.map { JSON($0) })
    }

    private func record(_ action: String, _ subject: String, before: JSON?, after: JSON?) -> AuditRecord {
        AuditRecord(
            time: .now(),
            actor: self.name,
            address: Self.address,
            action: action,
            subject: subject,
            before: before?.text ?? "",
            after: after?.text ?? ""
        )
    }
}
