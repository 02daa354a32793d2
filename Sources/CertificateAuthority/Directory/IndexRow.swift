/// One record of `index.txt`.
public struct IndexRow: Hashable, Sendable {
    /// What `openssl ca` thinks of the certificate.
    public enum Status: String, Sendable {
        case valid = "V"
        case revoked = "R"
        case expired = "E"
        case suspended = "S"
    }

    /// What `openssl ca` thinks of the certificate; `V` may have expired meanwhile.
    public var status: Status
    /// The end of validity.
    public var notAfter: Timestamp
    /// When and why it was revoked.
    public var revocation: Revocation?
    /// The serial number.
    public let serial: SerialNumber
    /// The file field, which `openssl ca` always writes as `unknown`.
    public var file = "unknown"
    /// The subject as `X509_NAME_oneline` writes it.
    public var subject: String

    /// A record of a certificate just signed.
    public init(_ certificate: Certificate) {
        self.status = .valid
        self.notAfter = certificate.notAfter
        self.serial = certificate.serial
        let line = certificate.subjectLine
        self.subject = line.isEmpty ? certificate.serial.description : line
    }

    /// A record of a certificate that is not at hand.
    init(serial: SerialNumber, notAfter: Timestamp, subject: String) {
        self.status = .valid
        self.notAfter = notAfter
        self.serial = serial
        self.subject = subject
    }

    /// Reads the six fields; throws a reason that names the field.
    init(fields: [String]) throws(IndexDefect) {
        guard let status = Status(rawValue: fields[0]) else {
            throw IndexDefect("the status '\(fields[0].sanitized)' is unknown")
        }
        self.status = status
        guard let notAfter = Timestamp(asn1Text: fields[1]) else {
            throw IndexDefect("'\(fields[1].sanitized)' is no date of expiry")
        }
        self.notAfter = notAfter
        switch (status, fields[2].isEmpty) {
        case (.revoked, false): self.revocation = try Revocation(indexField: fields[2])
        case (.revoked, true): throw IndexDefect("it is revoked, but has no date of revocation")
        case (_, false): throw IndexDefect("it is not revoked, but has a date of revocation")
        case (_, true): self.revocation = nil
        }
        guard let serial = SerialNumber(fields[3]), serial.description == fields[3] else {
            throw IndexDefect("'\(fields[3].sanitized)' is no serial number in upper-case digits")
        }
        self.serial = serial
        self.file = fields[4]
        self.subject = fields[5]
    }

    /// The six fields.
    var fields: [String] {
        [
            self.status.rawValue, self.notAfter.asn1Text, self.revocation?.indexField ?? "", self.serial.description,
            self.file, self.subject,
        ]
    }

    /// Whether the certificate can be used at that time, as far as this record knows.
    public func isValid(at time: Timestamp) -> Bool { self.status == .valid && self.notAfter >= time }

    /// The last common name within the subject.
    ///
    /// `X509_NAME_oneline` keeps the bytes of a string and not their encoding; the filed certificate tells more.
    public var commonName: String {
        let bytes = Array(self.subject.utf8)
        let mark = Array("/CN=".utf8)
        guard bytes.count > mark.count,
            let start = (0...(bytes.count - mark.count)).last(where: {
                bytes[$0..<($0 + mark.count)].elementsEqual(mark)
            })
        else { return self.subject }
        return Self.decoded(bytes[(start + mark.count)...].prefix { $0 != UInt8(ascii: "/") })
    }

    /// Undoes the `\xE7` of `X509_NAME_oneline`.
    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"),
                let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16), value > 0x7F
            {
                result.append(value)
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// What is wrong with a record.
struct IndexDefect: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
