/// A change under way, written down before the first file is touched.
///
/// `index.txt` decides: if it has the new record, an interrupted change is completed from here, else it never happened.
struct Journal {
    /// What is being done, as in `sign`.
    var action: String
    /// The record that `index.txt` will have.
    var row: IndexRow
    /// The certificate to be filed; nil when one is revoked.
    var certificate: [UInt8]?
    /// What is known about the certificate.
    var details: Details
    /// What the audit log will say.
    var circumstances: [(name: String, value: String)]

    private static let mark = "hatohol-ca journal 1"

    init(
        action: String,
        row: IndexRow,
        certificate: [UInt8]?,
        details: Details,
        circumstances: [(name: String, value: String)]
    ) {
        self.action = action
        self.row = row
        self.certificate = certificate
        self.details = details
        self.circumstances = circumstances
    }

    /// Reads a journal; nil for what is none.
    init?(bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 6, lines[0] == Self.mark, let row = Self.row(lines[2]) else { return nil }
        self.action = String(lines[1])
        self.row = row
        self.details = Details(Fields(lines[3].split(separator: "\t")))
        self.circumstances = Fields(lines[4].split(separator: "\t")).pairs
        let certificate = lines[5...].joined(separator: "\n")
        self.certificate = certificate.isEmpty ? nil : Array(certificate.utf8)
    }

    var bytes: [UInt8] {
        let row = self.row.fields.map { $0.replacingTabs }.joined(separator: "\t")
        let head = [Self.mark, self.action, row, self.details.fields.line, Fields(self.circumstances).line, ""]
        return Array(head.joined(separator: "\n").utf8) + (self.certificate ?? [])
    }

    private static func row(_ line: Substring) -> IndexRow? {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        return fields.count == 6 ? try? IndexRow(fields: fields) : nil
    }
}

extension String {
    /// X509_NAME_oneline escapes tabs; a record of another tool must not break ours.
    fileprivate var replacingTabs: String { String(self.map { $0 == "\t" ? " " : $0 }) }
}
