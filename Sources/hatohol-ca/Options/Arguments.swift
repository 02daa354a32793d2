public import ArgumentParser
public import CertificateAuthority

// The library's own readers serve the command line; their words explain what was wrong.

extension KeyType: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }

    public static var allValueStrings: [String] {
        ["p256", "p384", "p521", "rsa:2048", "rsa:3072", "rsa:4096", "ed25519"]
    }
}

extension Lifetime: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Profile: ExpressibleByArgument {}

extension KeyDerivation: ExpressibleByArgument {}

/// Reads an alternative name for an option.
func alternativeName(_ text: String) throws -> SubjectAlternativeName {
    do { return try SubjectAlternativeName(text) } catch { throw ValidationError("\(error)") }
}

/// Reads a host name for an option.
func readHostName(_ text: String) throws -> HostName {
    do { return try HostName(text) } catch { throw ValidationError("\(error)") }
}

/// Reads a name constraint for an option.
func nameConstraint(_ text: String) throws -> NameConstraint {
    do { return try NameConstraint(text) } catch { throw ValidationError("\(error)") }
}

extension RevocationReason: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension CertificateEntry.State: ExpressibleByArgument {}

extension LintTarget: ExpressibleByArgument {}

extension LiveCheck.Application: ExpressibleByArgument {}

/// Reads the place of a token's key for an option.
func tokenURI(_ text: String) throws -> TokenURI {
    do { return try TokenURI(text) } catch { throw ValidationError("\(error)") }
}
