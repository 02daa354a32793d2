import Enrolment
import Testing

/// Which nodes a registration key lets in.
struct RegistrationKeyTests {
    private func key(_ names: String...) -> RegistrationKey {
        RegistrationKey(
            id: "5f3a9c21",
            digest: "",
            limit: 2,
            expires: 1000,
            names: names.compactMap { NameGlob($0) },
            created: 0
        )
    }

    @Test(arguments: [
        ("web*.example.com", "DNS:web1.example.com", true),
        ("web*.example.com", "DNS:WEB12.Example.Com", true),
        ("web*.example.com", "DNS:db1.example.com", false),
        ("web*.example.com", "DNS:web1.example.com.evil.org", false),
        ("web*.example.com", "IP:192.0.2.1", false),
        ("web?", "DNS:web1", true), ("web?", "DNS:web12", false), ("web?", "DNS:web", false),
        ("*", "DNS:anything", true), ("*", "email:hana@example.com", false),
        ("IP:192.0.2.*", "IP:192.0.2.7", true), ("IP:192.0.2.*", "IP:192.0.20.7", false),
        ("email:*@example.com", "email:hana@example.com", true), ("*a*b*c", "DNS:xaxbxc", true),
        ("*a*b*c", "DNS:xaxbx", false), ("a*", "DNS:a", true), ("a**", "DNS:ab", true),
    ])
    func patternsCoverNames(pattern: String, name: String, expected: Bool) throws {
        #expect(try #require(NameGlob(pattern)).matches(name) == expected)
    }

    @Test func patternsAreBounded() {
        #expect(NameGlob("") == nil)
        #expect(NameGlob("a b") == nil)
        #expect(NameGlob("a,b") == nil)
        #expect(NameGlob("näme") == nil)
        #expect(NameGlob(String(repeating: "a", count: 254)) == nil)
    }

    @Test func hostilePatternsStayFast() throws {
        let glob = try #require(NameGlob(String(repeating: "*a", count: 120)))
        #expect(!glob.matches("DNS:" + String(repeating: "a", count: 20_000) + "b"))
    }

    @Test func everyNameMustBeCovered() {
        let key = self.key("web*.example.com", "IP:192.0.2.*")
        #expect(key.refusal(commonName: "web1.example.com", names: ["DNS:web1.example.com", "IP:192.0.2.1"]) == nil)
        #expect(
            key.refusal(commonName: "web1.example.com", names: ["DNS:web1.example.com", "DNS:db.example.com"])?
                .contains("DNS:db.example.com") == true
        )
        #expect(key.refusal(commonName: "admin", names: ["DNS:web1.example.com"])?.contains("admin") == true)
        #expect(key.refusal(commonName: "web1.example.com", names: []) != nil)
    }

    @Test func wildcardsAreNeverCertified() {
        #expect(self.key("*").refusal(commonName: "a.example.com", names: ["DNS:*.example.com"]) != nil)
    }

    @Test func longNamesKeepTheirFirstLabelAsCommonName() {
        let long = "node1." + String(repeating: "a", count: 60) + ".example.com"
        #expect(self.key("*").refusal(commonName: "node1", names: ["DNS:\(long)"]) == nil)
        #expect(self.key("*").refusal(commonName: "node1", names: ["DNS:node1.example.com"]) != nil)
        #expect(self.key("*").refusal(commonName: "node2", names: ["DNS:\(long)"]) != nil)
    }

    @Test func limitAndExpiryEndAKey() {
        let key = self.key("*")
        #expect(key.state(used: 1, now: 1000) == .usable)
        #expect(key.state(used: 2, now: 1000) == .usedUp)
        #expect(key.state(used: 0, now: 1001) == .expired)
    }

    @Test func presentedKeysNameThemselves() {
        #expect(RegistrationKey.id(of: "5f3a9c21-00ff") == "5f3a9c21")
        for text in [
            "", "-", "5f3a9c21", "5F3A9C21-0", "5f3a9c2-00", "../../../-x", String(repeating: "a", count: 200),
        ] {
            #expect(RegistrationKey.id(of: text) == nil)
        }
    }
}
