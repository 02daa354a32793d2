/// A certificate, its chain and its key in the one file that a broker reads.
public enum CombinedFile {
    /// Writes the file by renaming and with the present time; the replaced one is kept as `.old`.
    ///
    /// RabbitMQ looks at files again every two minutes, but never notices one moved in with an older time; a new file has the
    /// present one. Owner, group and mode of the replaced file are kept, unless everybody could read it.
    public static func deploy(certificates: [Certificate], key: PrivateKey, to path: String) throws {
        try self.check(certificates, key, path)
        try FileSystem.create(certificates.flatMap(\.pem) + key.pem(), at: path, mode: 0o640, replacing: true)
    }

    /// Throws unless the key is that of the first certificate.
    public static func check(_ certificates: [Certificate], _ key: PrivateKey, _ path: String) throws {
        guard let certified = certificates.first?.publicKey, key.matches(certified) else {
            throw AuthorityError(
                .input,
                "deploying to \(path)",
                "the key is not the certificate's",
                advice: "name the key that was made with it"
            )
        }
    }
}
