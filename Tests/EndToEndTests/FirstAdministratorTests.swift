import TestSupport
import Testing

/// Where nobody can sign in yet, the server says how to change that.
@Suite(.timeLimit(.minutes(2)))
struct FirstAdministratorTests {
    @Test
    func `the command that it advises under systemd works while it runs`() async throws {
        let directory = try TemporaryDirectory()
        let log = directory.file("log")
        let server = try ChildProcess(
            Programs.server,
            ["--data-dir", directory.file("data"), "serve", "--listen", "127.0.0.1:\(try Loopback.closedPort())"],
            environment: ["JOURNAL_STREAM": "8:1"],
            output: log
        )
        var command: [String] = []
        try await eventually("the advice") {
            let lines = String(decoding: try contents(of: log), as: UTF8.self).split(separator: "\n")
            let advice = lines.first { $0.contains("nobody can sign in yet") }?.split(separator: "hatohol-server ").last
            command = advice?.split(separator: " ").map(String.init) ?? []
            return !command.isEmpty
        }
        let added = try ChildProcess(
            Programs.server,
            command.map { $0 == "NAME" ? "hana" : $0 },
            input: try directory.write("correct horse battery staple\n", to: "password"),
            output: directory.file("answer")
        )
        let status = try await added.wait()
        let answer = String(decoding: try contents(of: directory.file("answer")), as: UTF8.self)
        #expect(status == 0, "\(answer)")
        await server.stop()
    }
}
