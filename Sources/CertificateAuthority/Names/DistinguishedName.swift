internal import COpenSSL

/// The name of a subject or an issuer: attributes in their order.
public struct DistinguishedName: Hashable, Sendable, CustomStringConvertible {
    /// One attribute, as in `CN=node1`.
    public struct Attribute: Hashable, Sendable {
        /// The short name of the type, as in `CN`, or dotted numbers.
        public var type: String
        /// The value.
        public var value: String

        /// An attribute of a type known to libcrypto.
        public init(_ type: String, _ value: String) {
            self.type = type
            self.value = value
        }
    }

    /// The attributes, most significant first.
    public var attributes: [Attribute]

    /// A name of some attributes.
    public init(_ attributes: [Attribute]) { self.attributes = attributes }

    /// The values of all attributes of one type.
    public func values(of type: String) -> [String] { self.attributes.filter { $0.type == type }.map(\.value) }

    /// The common name, if there is exactly one.
    public var commonName: String? {
        let names = self.values(of: "CN")
        return names.count == 1 ? names[0] : nil
    }

    /// The attributes in their order, as in `O=client, CN=node1`.
    public var description: String {
        self.attributes.map { "\($0.type)=\($0.value.sanitized)" }.joined(separator: ", ")
    }

    /// Reads an `X509_NAME`.
    init(_ name: OpaquePointer?) {
        self.attributes = (0..<max(0, X509_NAME_entry_count(name))).compactMap { index in
            guard let entry = X509_NAME_get_entry(name, index), let object = X509_NAME_ENTRY_get_object(entry) else {
                return nil
            }
            let nid = OBJ_obj2nid(object)
            let type =
                nid == NID_undef
                ? openSSLText(capacity: 128) { OBJ_obj2txt($0, Int32($1), object, 1) > 0 } ?? "?"
                : String(cString: OBJ_nid2sn(nid))
            let value = encoded { ASN1_STRING_to_UTF8($0, X509_NAME_ENTRY_get_data(entry)) }
            return Attribute(type, String(decoding: value, as: UTF8.self))
        }
    }

    /// Lends the name as `X509_NAME`; each value becomes one UTF8String, whatever characters it holds.
    func withX509Name<Result>(_ body: (OpaquePointer) throws -> Result) throws -> Result {
        guard let name = X509_NAME_new() else { fatalError("out of memory") }
        defer { X509_NAME_free(name) }
        for attribute in self.attributes {
            let value = Array(attribute.value.utf8)
            try openSSLSucceeds("writing \(attribute.type)=\(attribute.value.sanitized) into a name", .input) {
                X509_NAME_add_entry_by_txt(name, attribute.type, MBSTRING_UTF8, value, Int32(value.count), -1, 0)
            }
        }
        return try body(name)
    }

    /// RFC 4514, as RabbitMQ's `distinguished_name` login sees it: last attribute first.
    static func rfc4514(_ name: OpaquePointer?) -> String {
        let bio = MemoryBIO()
        X509_NAME_print_ex(bio.pointer, name, 0, copenssl_name_rfc2253)
        return bio.text
    }

    /// The form of `index.txt`, made by the same call as `openssl ca` makes it.
    static func oneLine(_ name: OpaquePointer?) -> String {
        guard let text = X509_NAME_oneline(name, nil, 0) else { fatalError("out of memory") }
        defer { CRYPTO_free(text, #file, #line) }
        return String(cString: text)
    }
}
