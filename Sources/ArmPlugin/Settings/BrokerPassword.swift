/// The password for the broker, from wherever it was given.
///
/// The environment wins, then the command line, then the file; in one place, either the password or a file that holds it.
struct BrokerPassword {
    let text: String

    init?(_ settings: Settings, _ warnings: inout [String]) throws(SettingsError) {
        let direct = settings.text("amqp-password").map { _ in Self.rank(settings["amqp-password"]) }
        let inFile = settings.text("amqp-password-file").map { _ in Self.rank(settings["amqp-password-file"]) }
        if let direct, direct > inFile ?? 0 {
            if settings["amqp-password"]?.origin == .commandLine {
                warnings.append(
                    "the password on the command line can be seen by every user: use HAPI_AMQP_PASSWORD or --amqp-password-file"
                )
            }
            self.text = settings.text("amqp-password") ?? ""
        } else if let inFile, inFile > direct ?? 0, let path = settings.text("amqp-password-file") {
            self.text = try Self.firstLine(of: path, settings)
            if SmallFile.isReadableByOthers(path) {
                warnings.append("other users may read the password file \(path): make it mode 0600")
            }
        } else if direct != nil {
            throw settings.error("amqp-password-file", "is given together with a password: leave one away")
        } else {
            return nil
        }
    }

    private static func rank(_ setting: Setting?) -> Int {
        switch setting?.origin {
        case .environment: 3
        case .commandLine: 2
        case .file: 1
        case nil: 0
        }
    }

    private static func firstLine(of path: String, _ settings: Settings) throws(SettingsError) -> String {
        let text: String
        do {
            text = try SmallFile.text(of: path, limit: 65_536)
        } catch {
            throw SettingsError(place: settings.error("amqp-password-file", "").place, reason: error.description)
        }
        let line = text.prefix { !$0.isNewline }
        guard !line.isEmpty else { throw settings.error("amqp-password-file", "the first line of \(path) is empty") }
        return String(line)
    }
}
