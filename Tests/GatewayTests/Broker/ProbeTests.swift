import Store
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite("The probe")
struct ProbeTests {
    /// What a probe has shown, one text per line.
    private final class Shown: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { self.lines.withLock { $0 } }

        func add(_ line: Probe.Line) {
            let text =
                switch line {
                case .sent(let text): "> \(text)"
                case .received(let text): "< \(text)"
                case .note(let text): "# \(text)"
                }
            self.lines.withLock { $0.append(text) }
        }
    }

    @Test("an arm and a server that are both probes understand each other")
    func conversation() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let (id, _) = try await fixture.addServer()
        let broker = try await fixture.store.server(id).broker
        let (armShown, serverShown) = (Shown(), Shown())
        let (lines, input) = AsyncStream.makeStream(of: String.self)
        let server = Task {
            try await Probe(part: .server, broker: broker) { serverShown.add($0) }.run(input: AsyncStream { _ in })
        }
        let arm = Task { try await Probe(part: .arm, broker: broker) { armShown.add($0) }.run(input: lines) }
        input.yield(#"putEvents {"events":[]}"#)
        input.yield("getMonitoringServerInfo")
        input.yield(#"{"method":"noSuchThing","id":7}"#)
        for expected in [#""SUCCESS""#, #""nickName":"probe""#, "-32601"] {
            try await eventually("the answer \(expected)") {
                armShown.all.contains { $0.hasPrefix("< ") && $0.contains(expected) }
            }
        }
        #expect(
            serverShown.all.contains {
                $0.hasPrefix("< ") && $0.contains(#""method":"putEvents","params":{"events":[]}"#)
            }
        )
        arm.cancel()
        server.cancel()
    }
}
