public import Store

/// In whose name something is done, as the audit log says it.
public struct Actor: Hashable, Sendable {
    /// What stands in place of the address a request came from, for commands on the machine of the store.
    private static let commandLine = "command line"

    private let name: String
    private let address: String

    /// Somebody who sent a request; the name is empty as long as nobody has signed in.
    public init(name: String, address: String) {
        self.name = name
        self.address = address
    }

    /// Somebody who runs a command, known to the operating system by this name.
    public init(commandLine name: String) { self.init(name: name, address: Self.commandLine) }

    /// What is recorded about a change such as `server.add`, with the subject before and after it.
    public func audit(_ action: String, _ subject: String, before: JSON? = nil, after: JSON? = nil) -> AuditRecord {
        AuditRecord(
            time: .now,
            actor: self.name,
            address: self.address,
            action: action,
            subject: subject,
            before: before?.text ?? "",
            after: after?.text ?? ""
        )
    }
}
