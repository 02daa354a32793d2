/// Where a broker is and how to sign in: `amqp[s]://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]…][/VHOST]`.
///
/// The text is read once. The connection, the pages, the API, the audit log and every comparison use the parts that were
/// read, so that no two of them can take the same text for two different brokers.
///
/// The description never shows the password; only ``revealed`` does, for the connection and the store.
public struct BrokerURL: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The URL as it was given, password included: for connecting and storing, not for showing.
    public let revealed: String
    private let reading: Result<Parts, BrokerLocationError>

    /// Reads a URL; ``parts`` throws when the text is none.
    public init(_ text: String) {
        self.revealed = text
        do throws(BrokerLocationError) {
            self.reading = .success(try Parts(reading: text))
        } catch {
            self.reading = .failure(error)
        }
    }

    /// Writes a URL that says this.
    init(_ parts: Parts) {
        self.revealed = parts.written(password: parts.password.map(Parts.encoded))
        self.reading = .success(parts)
    }

    /// What the URL says; throws ``BrokerLocationError`` when the text is no URL of a broker.
    public var parts: Parts {
        get throws(BrokerLocationError) { try self.reading.get() }
    }

    /// Whether the scheme is `amqps`; false also for a text that is no URL.
    public var isSecure: Bool {
        if case .success(let parts) = self.reading { parts.isSecure } else { false }
    }

    /// Whether the URL carries a password.
    public var hasPassword: Bool {
        if case .success(let parts) = self.reading { parts.password != nil } else { false }
    }

    /// Whether three asterisks stand in the place of a password, as in a description.
    public var isMasked: Bool {
        if case .success(let parts) = self.reading { parts.password == Parts.mask } else { false }
    }

    /// The URL with three asterisks in place of the password, written from the parts that a connection uses.
    ///
    /// A text that is no URL is shown as asterisks only: nobody can tell where a password is in it.
    public var description: String {
        switch self.reading {
        case .success(let parts): parts.description
        case .failure: self.revealed.isEmpty ? "" : Parts.mask
        }
    }

    /// The same as ``description``, so that a password is not dumped by accident.
    public var debugDescription: String { self.description }

    /// The same URL with this password; nil when the URL names no user, or is none.
    public func with(password: String) -> BrokerURL? {
        guard case .success(var parts) = self.reading, parts.user != nil else { return nil }
        parts.password = password
        return BrokerURL(parts)
    }

    /// This URL, with the password of `known` where it shows three asterisks in place of one.
    ///
    /// The known password is taken only if scheme, user and addresses are the same. Otherwise somebody who may change a URL
    /// but may not see its password could have the password sent to another machine, or sent in clear.
    ///
    /// - Throws: ``BrokerLocationError`` when the text is no URL, or when the password has to be written.
    public func keepingPassword(of known: BrokerURL) throws(BrokerLocationError) -> BrokerURL {
        var parts = try self.parts
        guard case .success(let old) = known.reading else { return try self.withWrittenPassword() }
        if self.isMasked, let password = old.password, parts.isSecure == old.isSecure,
            parts.user == old.user, parts.addresses == old.addresses
        {
            parts.password = password
        }
        // A text that says the same is no change: nothing has to connect anew for it.
        return parts == old ? known : try BrokerURL(parts).withWrittenPassword()
    }

    /// This URL, unless it has asterisks for its password.
    private func withWrittenPassword() throws(BrokerLocationError) -> BrokerURL {
        guard !self.isMasked else {
            throw BrokerLocationError(
                "write the password in place of ***; the known one is not sent to another broker, for another user, or in clear"
            )
        }
        return self
    }
}

extension BrokerURL: CustomReflectable {
    /// Hides the password from `dump` and from descriptions of values that hold a URL.
    public var customMirror: Mirror { Mirror(self, children: ["url": self.description]) }
}
