import Testing

@testable import Gateway

@Suite("Who speaks for an arm")
struct ArmIdentityTests {
    @Test(
        "a message counts by the user that the broker has verified",
        arguments: [
            ("web1", "web1", true), ("web1", "web2", false), ("web1", nil, false), ("web1", "", false),
            // Whoever has the server's own password may do all that the server may.
            ("web1", "server", true),
            (nil, "web2", true), (nil, nil, true),
        ] as [(String?, String?, Bool)]
    )
    func sender(armUser: String?, user: String?, isTaken: Bool) {
        let identity = ArmIdentity(armUser: armUser, ownUser: "server")
        #expect((identity.doubt(aboutMessageOf: user) == nil) == isTaken)
    }

    @Test("nobody is taken for a server that does not know its own user")
    func unknownOwnUser() {
        #expect(ArmIdentity(armUser: "web1", ownUser: nil).doubt(aboutMessageOf: nil) != nil)
    }
}
