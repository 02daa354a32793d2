import CertificateAuthority
import TestSupport
import Testing

/// The chain of the audit log shows what was changed afterwards.
struct AuditTests {
    private static let forgeries: [(what: String, line: Int)] = [
        ("2s/serial=./serial=x/", 2), ("3s/sign/note/", 3), ("2d", 2), ("1d", 1), ("2{h;d};3{G}", 2), ("2p", 3),
        ("4s/.$/x/", 4), ("1s/^1/2/", 1),
    ]

    @Test(arguments: Self.forgeries)
    func aForgedLineIsNamed(_ forgery: String, _ line: Int) async throws {
        let site = try Site()
        for number in 1...3 { try site.issue(.client, "node\(number)") }
        #expect(try site.authority.audit.verified().map(\.number) == [1, 2, 3, 4])
        let good = try await Tool.hatoholCA("audit", "--base-directory", site.base)
        #expect(good.isGood && good.output.contains("node3"), "\(good.text)")
        try Command.run("sed", ["-i", forgery, site.authority.layout.audit])
        let error = #expect(throws: AuthorityError.self) { try site.authority.audit.verified() }
        #expect(
            error?.code == .damaged && error?.reason.hasPrefix("line \(line) ") == true,
            "\(String(describing: error))"
        )
        let bad = try await Tool.hatoholCA("audit", "--base-directory", site.base)
        #expect(bad.status == 1 && bad.errors.contains("line \(line) is not the one that was written"), "\(bad.text)")
    }
}
