internal import COpenSSL

extension Certificate {
    /// The names for which the certificate speaks, of the types we handle.
    public var alternativeNames: [SubjectAlternativeName] {
        guard let names = X509_get_ext_d2i(self.pointer, NID_subject_alt_name, nil, nil) else { return [] }
        return GeneralNames(owning: OpaquePointer(names)).names
    }

    /// Whether basicConstraints says that this is an authority.
    public var isAuthority: Bool { X509_get_extension_flags(self.pointer) & UInt32(EXFLAG_CA) != 0 }

    /// How many authorities may follow below; nil for no limit.
    public var pathLength: Int? {
        let length = X509_get_pathlen(self.pointer)
        return length < 0 ? nil : length
    }

    /// The parts of the name space to which authorities limit what is below them, of the types that we write.
    public var permittedNames: [NameConstraint] {
        guard let raw = X509_get_ext_d2i(self.pointer, NID_name_constraints, nil, nil) else { return [] }
        let constraints = raw.assumingMemoryBound(to: NAME_CONSTRAINTS.self)
        defer { NAME_CONSTRAINTS_free(constraints) }
        return elements(of: constraints.pointee.permittedSubtrees).compactMap {
            NameConstraint($0.assumingMemoryBound(to: GENERAL_SUBTREE.self))
        }
    }

    /// The bits of keyUsage; nil when there is no such extension.
    public var keyUsage: [KeyUsage]? {
        let bits = X509_get_key_usage(self.pointer)
        guard bits != UInt32.max else { return nil }
        return KeyUsage.allCases.filter { usage in
            // libcrypto numbers the bits within each byte from the left.
            bits & (usage.rawValue < 8 ? 0x80 >> UInt32(usage.rawValue) : 0x8000) != 0
        }
    }

    /// The purposes of extendedKeyUsage by short name, as in `serverAuth`.
    public var extendedKeyUsage: [String] {
        guard let list = X509_get_ext_d2i(self.pointer, NID_ext_key_usage, nil, nil).map(OpaquePointer.init) else {
            return []
        }
        defer { EXTENDED_KEY_USAGE_free(list) }
        return elements(of: list).map { element in
            let object = OpaquePointer(element)
            let nid = OBJ_obj2nid(object)
            if nid != NID_undef, let name = OBJ_nid2sn(nid) { return String(cString: name) }
            return openSSLText(capacity: 128) { OBJ_obj2txt($0, Int32($1), object, 1) > 0 } ?? "?"
        }
    }

    /// The identifier of the certified key.
    public var subjectKeyIdentifier: [UInt8]? {
        X509_get0_subject_key_id(self.pointer).map {
            [UInt8](UnsafeBufferPointer(start: ASN1_STRING_get0_data($0), count: Int(ASN1_STRING_length($0))))
        }
    }

    /// The identifier of the signing key.
    public var authorityKeyIdentifier: [UInt8]? {
        X509_get0_authority_key_id(self.pointer).map {
            [UInt8](UnsafeBufferPointer(start: ASN1_STRING_get0_data($0), count: Int(ASN1_STRING_length($0))))
        }
    }

    /// Whether it names the certificate of its issuer by the serial number, and not the issuer's key alone.
    var namesIssuerSerial: Bool { X509_get0_authority_serial(self.pointer) != nil }

    /// Whether an extension is there, and if so whether it is critical.
    func criticality(of nid: Int32) -> Bool? {
        let index = X509_get_ext_by_NID(self.pointer, nid, -1)
        guard index >= 0, let found = X509_get_ext(self.pointer, index) else { return nil }
        return X509_EXTENSION_get_critical(found) == 1
    }

    /// The short names of all extensions, in their order.
    public var extensionNames: [String] {
        (0..<max(0, X509_get_ext_count(self.pointer))).compactMap { index in
            guard let object = X509_EXTENSION_get_object(X509_get_ext(self.pointer, index)) else { return nil }
            return openSSLText(capacity: 128) { OBJ_obj2txt($0, Int32($1), object, 0) > 0 }
        }
    }

    /// Whether a strict client that dials this name would take the certificate for the right one.
    public func covers(_ host: HostName) -> Bool {
        if host.isAddress { return X509_check_ip_asc(self.pointer, host.description, 0) == 1 }
        return X509_check_host(
            self.pointer,
            host.description,
            0,
            UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT),
            nil
        ) == 1
    }
}
