/// One thing found in a file.
public enum InspectedObject {
    case certificate(Certificate)
    case request(CertificateRequest)
    case revocationList(RevocationList)
    /// A private key; nil where a passphrase would be needed.
    case privateKey(PrivateKey?, KeyEncryption?)
    /// A block that we do not read, by its label.
    case other(String)
}

/// Tells what a file of PEM, DER or PKCS#12 holds.
public enum Inspection {
    /// The things in a file, in their order; at most 1000.
    public static func objects(
        _ bytes: [UInt8],
        passphrase: Passphrase?,
        from source: String
    ) throws -> [InspectedObject] {
        let step = "inspecting \(source)"
        if bytes.first == 0x30 { return try self.binary(bytes, passphrase, source, step) }
        let blocks = self.blocks(bytes)
        guard !blocks.isEmpty else { throw AuthorityError(.input, step, "it holds neither PEM, DER nor PKCS#12") }
        return try blocks.prefix(1000).map { label, block in
            switch label {
            case "CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE":
                .certificate(try Certificate(bytes: block, from: source))
            case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
                .request(try CertificateRequest(bytes: block, from: source))
            case "X509 CRL": .revocationList(try RevocationList(bytes: block, from: source))
            case let label where label.hasSuffix("PRIVATE KEY"):
                .privateKey(try self.key(block, passphrase, source), KeyEncryption(pem: block))
            default: .other(label)
            }
        }
    }

    private static func key(_ block: [UInt8], _ passphrase: Passphrase?, _ source: String) throws -> PrivateKey? {
        do {
            return try PrivateKey(pem: block, passphrase: passphrase, from: source)
        } catch let error as AuthorityError where error.code == .passphrase && passphrase == nil {
            return nil
        }
    }

    private static func binary(
        _ bytes: [UInt8],
        _ passphrase: Passphrase?,
        _ source: String,
        _ step: String
    ) throws -> [InspectedObject] {
        if let certificate = try? Certificate(bytes: bytes, from: source) { return [.certificate(certificate)] }
        if let request = try? CertificateRequest(bytes: bytes, from: source) { return [.request(request)] }
        if let list = try? RevocationList(bytes: bytes, from: source) { return [.revocationList(list)] }
        guard let passphrase else {
            throw AuthorityError(
                .passphrase,
                step,
                "it may be PKCS#12, which needs a passphrase",
                advice: "give --passphrase-file"
            )
        }
        let content = try AuthorityExport.open(pkcs12: bytes, passphrase: passphrase, from: source)
        return content.certificates.map { .certificate($0) } + (content.key.map { [.privateKey($0, nil)] } ?? [])
    }

    /// The blocks of PEM with their labels.
    private static func blocks(_ bytes: [UInt8]) -> [(label: String, bytes: [UInt8])] {
        var found: [(label: String, bytes: [UInt8])] = []
        var current: (label: String, lines: [Substring])?
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            if line.hasPrefix("-----BEGIN "), line.hasSuffix("-----") {
                current = (String(line.dropFirst(11).dropLast(5)), [line])
            } else if var block = current {
                block.lines.append(line)
                current = block
                if line.hasPrefix("-----END ") {
                    found.append((block.label, Array((block.lines.joined(separator: "\n") + "\n").utf8)))
                    current = nil
                }
            }
        }
        return found
    }
}
