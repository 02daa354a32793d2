import Foundation
import Testing

@testable import hatohol_server

@Suite("Settings")
struct SettingsTests {
    @Test(
        "take sizes in powers of 1024",
        arguments: [("1M", 1 << 20), ("500M", 500 << 20), ("20G", 20 << 30), ("2T", 2 << 40)] as [(String, Int64)]
    )
    func size(text: String, bytes: Int64) throws {
        #expect(try Self.load("retention-size = \(text)\n").retentionBytes == bytes)
        #expect(try Self.load("", ["HATOHOL_RETENTION_SIZE": text]).retentionBytes == bytes)
    }

    @Test("turn the index of texts on and off, and the environment wins")
    func textSearch() throws {
        #expect(try !Self.load("").indexesText)
        #expect(try Self.load("# what is found\n[store]\n text-search=on \n").indexesText)
        #expect(try !Self.load("text-search = off\n").indexesText)
        #expect(try !Self.load("text-search = on\n", ["HATOHOL_TEXT_SEARCH": "off"]).indexesText)
        #expect(try Self.load("text-search = off\n", ["HATOHOL_TEXT_SEARCH": "on"]).indexesText)
    }

    @Test("keep everything when nothing is said")
    func standard() throws {
        let settings = try Self.load("\n; nothing\n")
        #expect(settings.retentionBytes == nil && settings.retentionDays == nil && settings.retentionEvents == nil)
    }

    @Test(
        "name the line, the key and what is expected",
        arguments: [
            ("retention-size = 20", "retention-size is a size such as 500M, 20G or 2T, not 20"),
            ("retention-size = G", "retention-size is a size such as"), ("retention-size = 0G", "not 0G"),
            ("retention-size = -1G", "not -1G"), ("retention-size = 9999999999T", "not 9999999999T"),
            ("retention-size = 1.5G", "not 1.5G"), ("retention-size = 20GB", "not 20GB"),
            ("text-search = yes", "text-search is on or off, not yes"), ("text-search =", "text-search is on or off"),
            ("retention-events = 0", "retention-events is a positive number, not 0"),
            ("retention-days = 0", "retention-days is a positive number up to 1000000, not 0"),
            ("retention-days = 200000000000000", "up to 1000000, not 200000000000000"),
            ("surprise = 1", "unknown key surprise"),
            ("text-search", "expected key = value"),
        ]
    )
    func refused(line: String, reason: String) throws {
        let error = #expect(throws: CommandError.self) { try Self.load("data-dir = /srv\n\(line)\n") }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(":2: ") && text.contains(reason), "\(text)")
    }

    @Test("name the variable that is wrong")
    func refusedVariable() {
        let error = #expect(throws: CommandError.self) { try Self.load("", ["HATOHOL_TEXT_SEARCH": "1"]) }
        #expect(error.map { "\($0)".contains("HATOHOL_TEXT_SEARCH: text-search is on or off, not 1") } == true)
    }

    private static func load(_ text: String, _ environment: [String: String] = [:]) throws -> Settings {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString).conf")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try Settings.load(file: file.path, environment: environment)
    }
}
