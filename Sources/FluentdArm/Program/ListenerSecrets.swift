internal import ArmPlugin
internal import Intake

/// What listening sources show of themselves and ask of senders: read from files at the start, and again on SIGHUP.
struct ListenerSecrets {
    /// For `tls://`; `nil` without a certificate.
    let tls: ListenerTLS?
    /// For the Forward protocol; `nil` admits everybody.
    let admission: ForwardAdmission?

    /// Reads the files.
    /// - Throws: `IntakeError` or `SettingsError` that names the file.
    init(_ configuration: Configuration) throws {
        self.tls = try configuration.listenerTLS.map { files throws(IntakeError) in try ListenerTLS(files) }
        self.admission = try Self.security(configuration).map(ForwardAdmission.init)
    }

    /// Reads the files anew, for connections that come from now on.
    /// - Throws: the same; then what was in use stays in use.
    func reload(_ configuration: Configuration) throws {
        let security = try Self.security(configuration)
        if let files = configuration.listenerTLS { try self.tls?.replace(by: files) }
        if let security { self.admission?.replace(by: security) }
    }

    private static func security(_ configuration: Configuration) throws -> ForwardSecurity? {
        guard let path = configuration.forwardSharedKeyFile else { return nil }
        let users = try configuration.forwardUsersFile.map { path in
            guard !SmallFile.isReadableByOthers(path) else {
                throw SettingsError(place: path, reason: "other users may read the passwords in it: make it mode 0600")
            }
            return try ForwardUsers.read(try SmallFile.text(of: path), path: path)
        }
        return ForwardSecurity(sharedKey: try self.firstLine(of: path), users: users ?? [:])
    }

    /// The secret in a file; an empty one would admit everybody.
    private static func firstLine(of path: String) throws(SettingsError) -> String {
        let line = try SmallFile.text(of: path, limit: 65_536).prefix { !$0.isNewline }
        guard !line.isEmpty else { throw SettingsError(place: path, reason: "the first line is empty") }
        return String(line)
    }
}
