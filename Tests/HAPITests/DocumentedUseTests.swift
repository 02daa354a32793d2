import Foundation
import HAPI
import JSONRPC
import Testing

/// What docs/hapi.md shows as an example is this code.
@Suite struct DocumentedUseTests {
    /// A message comes in; what is to be sent goes out.
    private func example(_ body: [UInt8], send: ([UInt8]) -> Void) {
        // The page begins.
        // Many events, at wire speed: no value is made of an event, the text may be any bytes.
        var writer = PutEventsWriter()
        writer.beginEvent(id: "0001-42", time: TimeStamp(seconds: 1_767_322_805), type: .bad)
        writer.set(TriggerSeverity.error)
        writer.set(.hostId, "web1")
        writer.set(.brief, "disk nearly full")
        writer.endEvent()
        let params = writer.finish(PutEvents.Envelope(lastInfo: "0001-42"))

        // Calls that await their answers.
        var calls = PendingCalls<String, ContinuousClock.Instant>()
        if let id = calls.register("events", deadline: .now + .seconds(30)) {
            send(Envelope.request(method: "putEvents", params: params, id: id))
        }

        // Any other procedure.
        let hosts = PutHosts(hosts: [Host(hostId: "web1", hostName: "web1")], updateType: .all)
        if let id = calls.register("hosts", deadline: .now + .seconds(30)) { send(hosts.request(id: id)) }

        // What comes in.
        switch Message(parsing: body) {
        case .result(let result, let id):
            if let call = calls.resolve(id) { print(call, PutResult(result: result)) }
        case .failure(let error, let id):
            if let call = calls.resolve(id) { print(call, error) }
        case .request(let call, let id):
            do {
                let fetch = try FetchItems.decode(call.params)
                print(fetch.value, fetch.notes)
                send(Envelope.result(FetchResult.success, id: id))
            } catch {
                send(Envelope.failure(error.errorObject, id: id))
            }
        case .notification(let call):
            print(call.method)
        case .malformed(let message):
            if message.isAnswerable { send(Envelope.failure(message.error, id: message.id)) }
        }
        // The page ends.
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    private static func lines(_ path: String) throws -> [Substring] {
        try String(contentsOf: self.root.appending(path: path), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    @Test func thePageShowsThisCode() throws {
        let own = try Self.lines("Tests/HAPITests/DocumentedUseTests.swift")
        let begin = try #require(own.firstIndex { $0.hasSuffix("// The page begins.") })
        let end = try #require(own.firstIndex { $0.hasSuffix("// The page ends.") })
        let code = own[(begin + 1)..<end].map { $0.dropFirst(8) }
        let page = try Self.lines("docs/hapi.md")
        let first = try #require(page.firstIndex(of: code[0]), "the page shows another example")
        #expect(page[first...].prefix(code.count).elementsEqual(code))
    }

    @Test func theWorkedArmOfThePageIsTheOneInExamples() throws {
        let arm = try Self.lines("examples/tiny-arm/TinyArm.swift").dropLast()
        let page = try Self.lines("docs/hapi.md")
        let first = try #require(page.firstIndex(of: "import ArmPlugin"), "the page shows no arm")
        #expect(page[first...].prefix(arm.count).elementsEqual(arm))
    }

    @Test func theExampleDoesWhatItSays() {
        var sent: [String] = []
        self.example(Array(#"{"method":"fetchItems","params":{"fetchId":"1"},"id":7}"#.utf8)) {
            sent.append(String(decoding: $0, as: UTF8.self))
        }
        #expect(sent.count == 3)
        #expect(sent[0].hasPrefix(#"{"jsonrpc":"2.0","method":"putEvents","params":{"events":[{"eventId":"0001-42""#))
        #expect(sent[1].contains(#""hosts":[{"hostId":"web1","hostName":"web1"}],"updateType":"ALL""#))
        #expect(sent[2] == #"{"jsonrpc":"2.0","result":"SUCCESS","id":7}"#)
    }
}
