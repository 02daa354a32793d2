import CertificateAuthority
import Testing

/// What libcrypto's parser would lose in silence, and what stops `openssl ca` altogether.
struct IndexTests {
    private static let good = "V\t271223045801Z\t\t4CA2\tunknown\t/O=client/CN=x\n"

    @Test func aGoodDatabaseIsRead() throws {
        let index = try Index(
            bytes: Array((Self.good + "R\t20510101000000Z\t261121045801Z,keyCompromise\t05\tunknown\t/CN=y\n").utf8)
        )
        #expect(index.rows.count == 2)
        #expect(index.rows[1].revocation?.reason == .keyCompromise)
        #expect(index.rows[1].notAfter.day == "2051-01-01")
    }

    @Test(arguments: [
        ("V\t271223045801Z\t\t4CA2\tunknown\t/CN=x", "no line feed"),
        (good + "\n" + good, "line 2 is blank"),
        ("# hello\n" + good, "comment"),
        ("V\t271223045801Z\t\t4CA2\tunknown\t/CN=x\r\n", "carriage return"),
        ("V\t271223045801Z\t\t4CA2\tunknown\n", "5 fields"),
        ("V\t271223045801Z\t\t4ca2\tunknown\t/CN=x\n", "upper-case"),
        ("V\t271223045801Z\t\t4CA\tunknown\t/CN=x\n", "upper-case"),
        ("Q\t271223045801Z\t\t4CA2\tunknown\t/CN=x\n", "status"),
        ("V\tyesterday\t\t4CA2\tunknown\t/CN=x\n", "date of expiry"),
        ("V\t271223045801Z\t261121045801Z\t4CA2\tunknown\t/CN=x\n", "not revoked"),
        ("R\t271223045801Z\t\t4CA2\tunknown\t/CN=x\n", "no date of revocation"),
        ("R\t271223045801Z\t20261121045801Z\t4CA2\tunknown\t/CN=x\n", "date of revocation"),
        ("R\t271223045801Z\t261121045801Z,privilegeWithdrawn\t4CA2\tunknown\t/CN=x\n", "unknown to openssl ca"),
        (good + good, "twice"),
    ])
    func eachTrapIsNamed(_ text: String, _ reason: String) {
        let error = #expect(throws: AuthorityError.self) { try Index(bytes: Array(text.utf8)) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
}
