/// Why a certificate is no longer good (RFC 5280 section 5.3.1).
public enum RevocationReason: String, Sendable, CaseIterable {
    case unspecified
    case keyCompromise
    case caCompromise = "CACompromise"
    case affiliationChanged
    case superseded
    case cessationOfOperation
    case certificateHold
    case removeFromCRL
    case privilegeWithdrawn
    case aaCompromise = "aACompromise"

    /// Reads a reason in any case, as `keyCompromise` or `key-compromise`.
    public init?(_ text: String) {
        let wanted = text.lowercased().filter { $0 != "-" }
        guard let reason = Self.allCases.first(where: { $0.rawValue.lowercased() == wanted }) else { return nil }
        self = reason
    }

    /// The number in a revocation list.
    var code: Int32 {
        switch self {
        case .unspecified: 0
        case .keyCompromise: 1
        case .caCompromise: 2
        case .affiliationChanged: 3
        case .superseded: 4
        case .cessationOfOperation: 5
        case .certificateHold: 6
        case .removeFromCRL: 8
        case .privilegeWithdrawn: 9
        case .aaCompromise: 10
        }
    }

    /// The reason with that number in a revocation list.
    init?(code: Int) {
        guard let reason = Self.allCases.first(where: { Int($0.code) == code }) else { return nil }
        self = reason
    }

    /// The reason that `index.txt` can hold; nil where `openssl ca` would refuse the whole database.
    var inIndex: RevocationReason? {
        switch self {
        case .unspecified, .privilegeWithdrawn, .aaCompromise: nil
        default: self
        }
    }
}

/// When and why a certificate was revoked, as `index.txt` holds it.
public struct Revocation: Hashable, Sendable {
    /// When.
    public var time: Timestamp
    /// Why; nil for no reason given, or one that `index.txt` cannot hold.
    public var reason: RevocationReason?
    /// What follows the reason, as the date of `keyTime`; kept as it is.
    var argument: String?
    /// A spelling of the reason that only `openssl ca` writes: `holdInstruction`, `keyTime`, `CAkeyTime`.
    var spelling: String?

    /// A revocation.
    public init(time: Timestamp, reason: RevocationReason?) {
        self.time = time
        self.reason = reason?.inIndex
    }

    init(indexField: String) throws(IndexDefect) {
        let parts = indexField.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        // `openssl ca` reads UTCTime only here; a longer date blocks every command.
        guard parts[0].utf8.count == 13, let time = Timestamp(asn1Text: parts[0]) else {
            throw IndexDefect("'\(parts[0].sanitized)' is no date of revocation")
        }
        self.time = time
        guard parts.count > 1 else { return }
        self.argument = parts.count > 2 ? parts[2] : nil
        switch parts[1].lowercased() {
        case "holdinstruction": (self.reason, self.spelling) = (.certificateHold, parts[1])
        case "keytime": (self.reason, self.spelling) = (.keyCompromise, parts[1])
        case "cakeytime": (self.reason, self.spelling) = (.caCompromise, parts[1])
        default:
            guard let reason = RevocationReason(parts[1]), reason.inIndex != nil || reason == .unspecified else {
                throw IndexDefect("the reason '\(parts[1].sanitized)' is unknown to openssl ca")
            }
            self.reason = reason
        }
    }

    var indexField: String {
        var field = self.time.asn1Text
        guard let name = self.spelling ?? self.reason?.rawValue else { return field }
        field += ",\(name)"
        return self.argument.map { "\(field),\($0)" } ?? field
    }
}
