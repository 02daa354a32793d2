/// A key and its certificate under two names that change at one moment.
///
/// No call renames two files at once. So both names are links that lead through a third one, `current`, into a directory with
/// the two files, and a change is the renaming of `current`. A crash leaves the old pair or the new one; readers need not
/// know. The pair before stays beside the present one, in a directory named by its serial number.
public struct LinkedPair: Sendable {
    /// The name of the certificate, beside which the directory `NAME.d` holds the pairs.
    public let certificate: String
    /// The name of the key.
    public let key: String

    private var store: String { "\(self.certificate).d" }
    private var current: String { "\(self.store)/current" }

    /// The pair of two names.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// Whether the names are links already.
    public var isLinked: Bool {
        let targets = try? (self.target(from: self.certificate, "cert.pem"), self.target(from: self.key, "key.pem"))
        guard let targets else { return false }
        return (FileSystem.target(of: self.certificate), FileSystem.target(of: self.key)) == targets
    }

    /// Puts a pair in the place of the present one, with the same owners and modes.
    ///
    /// - Parameters:
    ///   - certificate: the certificate and its chain, in PEM.
    ///   - key: its key in PEM; nil for the present one.
    /// - Throws: `AuthorityError` with the present pair in its place.
    public func replace(certificate: [UInt8], key: [UInt8]? = nil) throws {
        for path in [self.key, self.certificate] { FileSystem.removeUnfinished(of: path) }
        if !self.isLinked {
            // Each step leaves the content of both names as it is.
            try self.choose(self.file(FileSystem.read(self.certificate), FileSystem.read(self.key)))
            try FileSystem.link(self.key, to: self.target(from: self.key, "key.pem"))
            try FileSystem.link(self.certificate, to: self.target(from: self.certificate, "cert.pem"))
        }
        let before = FileSystem.target(of: self.current)
        let chosen = try self.file(certificate, key ?? FileSystem.read(self.key))
        try self.choose(chosen)
        for name in try FileSystem.names(in: self.store) where ![chosen, before, "current"].contains(name) {
            FileSystem.removeTree("\(self.store)/\(name)")
        }
    }

    /// Puts both files into a directory of their own.
    ///
    /// - Returns: its name.
    private func file(_ certificate: [UInt8], _ key: [UInt8]) throws -> String {
        let name = try Certificate(bytes: certificate, from: self.certificate).serial.description
        let place = "\(self.store)/\(name)"
        try FileSystem.makeDirectory(place)
        for (bytes, file, model) in [
            (certificate, "cert.pem", self.certificate), (key, "key.pem", self.key),
        ] {
            try FileSystem.write(bytes, to: "\(place)/\(file)", as: FileSystem.Ownership(of: model))
        }
        return name
    }

    private func choose(_ name: String) throws { try FileSystem.link(self.current, to: name) }

    /// Where a name must lead: relative to its own directory where that is the store's, too.
    private func target(from path: String, _ file: String) throws -> String {
        func directory(_ path: String) -> Substring { path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
        guard directory(path) == directory(self.store) else {
            return "\(try FileSystem.absolute(self.store))/current/\(file)"
        }
        return "\(self.store.split(separator: "/").last ?? "")/current/\(file)"
    }
}
