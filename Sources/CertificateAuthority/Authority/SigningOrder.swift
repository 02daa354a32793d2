/// What the operator wants signed.
public struct SigningOrder {
    /// What the certificate is for.
    public var profile: Profile
    /// How long it is good for; nil for the profile's usual time.
    public var lifetime: Lifetime?
    /// The names to grant instead of those asked for; nil to go by the request.
    public var alternativeNames: [SubjectAlternativeName]?
    /// Whether names of the request are granted although no policy allows them.
    public var acceptsRequestedNames = false
    /// Whether names of the request that policy does not allow may be left out.
    public var dropsRefusedNames = false
    /// Whether a key is certified although it was revoked as compromised.
    public var acceptsCompromisedKey = false
    /// Names below an intermediate authority; empty for all.
    public var permitted: [NameConstraint] = []
    /// Who asked; for the record.
    public var requester: String?
    /// The registration key by which it was asked for; for the record, and counted.
    var registrationKey: String?

    /// An order with the usual settings.
    public init(_ profile: Profile) { self.profile = profile }
}

/// What will be granted, compared with what was asked for; shown before anything is signed.
public struct SigningPlan {
    /// The order.
    public let order: SigningOrder
    /// The key to be certified.
    public let key: PrivateKey
    /// The kind of the key.
    public let keyType: KeyType
    /// The subject asked for.
    public let requestedSubject: DistinguishedName
    /// The subject granted.
    public let subject: DistinguishedName
    /// The names asked for.
    public let requestedNames: [SubjectAlternativeName]
    /// The names granted.
    public let names: [SubjectAlternativeName]
    /// The first second of validity.
    public let notBefore: Timestamp
    /// The last second of validity.
    public let notAfter: Timestamp
    /// What the operator should know.
    public let notices: [String]
}
