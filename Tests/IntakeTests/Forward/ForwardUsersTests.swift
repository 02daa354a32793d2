import Intake
import Testing

@Suite("The file of Forward users")
struct ForwardUsersTests {
    @Test("has a name and a password in each line")
    func reads() throws {
        let text = "# collectors\nhana:pass:word \n\nempty:\r\n"
        #expect(try ForwardUsers.read(text, path: "users") == ["hana": "pass:word ", "empty": ""])
    }

    @Test(
        "or an error that names the line and tells no secret",
        arguments: [
            ("", "users: it names no user"), ("# none\n", "users: it names no user"),
            ("hana:secret\nsecret\n", "users line 2: write NAME:PASSWORD"),
            (":secret", "users line 1: write NAME:PASSWORD"),
            ("hana:secret\nhana:x", "users line 2: this user has a password already"),
        ]
    )
    func refuses(_ text: String, _ description: String) {
        do {
            _ = try ForwardUsers.read(text, path: "users")
            Issue.record("read")
        } catch {
            #expect("\(error)" == "read the Forward users in \(description)")
        }
    }
}
