import Store
import Testing

@Suite("A change of a person")
struct UserChangeTests {
    @Test("gives back nothing that somebody else has taken away meanwhile")
    func meanwhile() async throws {
        let temporary = try TemporaryStore()
        let created = Timestamp(nanoseconds: 0)
        _ = try await temporary.store.add(User(name: "root", role: .admin, created: created))
        let id = try await temporary.store.add(User(name: "hana", role: .admin, created: created))
        let read = try await temporary.store.user(id)
        _ = try await temporary.store.change(id) { ($0.role, $0.hostGroups) = (.readonly, ["web"]) }
        let after = try await temporary.store.change(id) { $0.language = "ja" }
        #expect(read.role == .admin && after.role == .readonly && after.hostGroups == ["web"] && after.language == "ja")
        #expect(try await temporary.store.user(id).role == .readonly)
    }

    @Test("is not made when it is refused")
    func refused() async throws {
        let temporary = try TemporaryStore()
        let id = try await temporary.store.add(User(name: "root", role: .admin, created: Timestamp(nanoseconds: 0)))
        await #expect(throws: StoreError(.refused, stage: "", reason: "")) {
            try await temporary.store.change(id) { user in
                user.note = "changed"
                throw StoreError(.refused, stage: "test", reason: "no")
            }
        }
        await #expect(throws: StoreError(.refused, stage: "", reason: "")) {
            try await temporary.store.change(id) { $0.role = .readonly }
        }
        let user = try await temporary.store.user(id)
        #expect(user.note.isEmpty && user.role == .admin)
    }
}
