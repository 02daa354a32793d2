internal import COpenSSL

/// The database of an authority: `index.txt`, read and written by libcrypto's own TXT_DB.
///
/// Bounded by 256 MiB, about two million certificates.
public struct Index: Sendable {
    /// The records in the order of the file.
    public private(set) var rows: [IndexRow] = []
    private var positions: [SerialNumber: Int] = [:]

    static let limit = 256 << 20
    private static let step = "reading index.txt"

    /// An empty database.
    init() {}

    /// Reads a database, strictly: what `openssl ca` would lose without a word is an error here.
    public init(bytes: [UInt8]) throws {
        try Self.precheck(bytes)
        let bio = MemoryBIO(bytes)
        let database = try openSSL(Self.step, .damaged) { TXT_DB_read(bio.pointer, 6) }
        defer { TXT_DB_free(database) }
        let records = elements(of: database.pointee.data)
        self.rows.reserveCapacity(records.count)
        self.positions.reserveCapacity(records.count)
        for (number, record) in records.enumerated() {
            let cells = record.assumingMemoryBound(to: UnsafePointer<CChar>?.self)
            do throws(IndexDefect) {
                let row = try IndexRow(fields: (0..<6).map { cells[$0].map { String(cString: $0) } ?? "" })
                guard self.positions[row.serial] == nil else {
                    throw IndexDefect("serial number \(row.serial) is there twice")
                }
                self.append(row)
            } catch {
                throw Self.damaged("entry \(number + 1): \(error.reason)")
            }
        }
    }

    /// The record of a certificate.
    public subscript(serial: SerialNumber) -> IndexRow? { self.positions[serial].map { self.rows[$0] } }

    mutating func append(_ row: IndexRow) {
        self.positions[row.serial] = self.rows.count
        self.rows.append(row)
    }

    mutating func replace(_ row: IndexRow) {
        guard let position = self.positions[row.serial] else { return self.append(row) }
        self.rows[position] = row
    }

    /// The file as libcrypto writes it.
    func encoded() throws -> [UInt8] {
        let bio = MemoryBIO()
        let nothing = MemoryBIO()
        guard let database = TXT_DB_read(nothing.pointer, 6) else { fatalError("out of memory") }
        defer { TXT_DB_free(database) }
        for row in self.rows {
            guard let record = Self.record(row.fields) else { fatalError("out of memory") }
            guard TXT_DB_insert(database, record) == 1 else {
                CRYPTO_free(record, #file, #line)
                throw AuthorityError(.library, "writing index.txt", "TXT_DB refuses serial number \(row.serial)")
            }
        }
        try openSSLSucceeds("writing index.txt") { TXT_DB_write(bio.pointer, database) >= 0 ? 1 : 0 }
        return bio.bytes
    }

    /// A record as TXT_DB owns them: pointers, a terminating null, and the strings behind, in one allocation.
    private static func record(_ fields: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        let header = (fields.count + 1) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
        let size = fields.reduce(header) { $0 + $1.utf8.count + 1 }
        guard let memory = CRYPTO_malloc(size, #file, #line) else { return nil }
        let pointers = memory.assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
        var text = (memory + header).assumingMemoryBound(to: CChar.self)
        for (index, field) in fields.enumerated() {
            pointers[index] = text
            for byte in field.utf8 {
                text.pointee = CChar(bitPattern: byte)
                text += 1
            }
            text.pointee = 0
            text += 1
        }
        // TXT_DB keeps the end of the allocation here, to tell its own strings from replaced ones.
        pointers[fields.count] = text
        return pointers
    }

    /// Finds what TXT_DB_read would pass over in silence or answer with a bare "problem".
    private static func precheck(_ bytes: [UInt8]) throws {
        guard let last = bytes.last else { return }
        guard last == UInt8(ascii: "\n") else {
            throw self.damaged("the last line has no line feed, and openssl ca would drop it")
        }
        var line = 1
        var tabs = 0
        var length = 0
        var previous: UInt8 = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"):
                guard length > 0 else { throw self.damaged("line \(line) is blank") }
                guard tabs == 5 else { throw self.damaged("line \(line) has \(tabs + 1) fields instead of 6") }
                (line, tabs, length, previous) = (line + 1, 0, 0, 0)
                continue
            case UInt8(ascii: "\r"): throw self.damaged("line \(line) has a carriage return")
            case 0: throw self.damaged("line \(line) has a zero byte")
            case UInt8(ascii: "#") where length == 0:
                throw self.damaged("line \(line) is a comment, and openssl ca would drop it")
            case UInt8(ascii: "\t") where previous != UInt8(ascii: "\\"): tabs += 1
            default: break
            }
            length += 1
            previous = byte
        }
    }

    private static func damaged(_ reason: String) -> AuthorityError {
        AuthorityError(.damaged, self.step, reason, advice: "'hatohol-ca doctor' tells more and repairs what it can")
    }
}
