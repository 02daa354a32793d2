internal import ArgumentParser
internal import Foundation
internal import Gateway
internal import HAPI
internal import JSONRPC
internal import Operations
internal import Store

/// `probe`: for people who develop arms.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Plays an arm or a server on a live queue pair and shows every message.",
        discussion: """
            Answers what must be answered; nothing is stored. Lines of standard input are sent: a whole message, or a method and its
            params. Runs until interrupted.

            Example: echo 'putEvents {"events":[]}' | hatohol-server probe --as arm --queue test \\
                --broker-url amqps://broker.example.com/hatohol --tls-ca ca-cert.pem --tls-cert client-cert.pem --tls-key key.pem
            """
    )

    @OptionGroup var common: CommonOptions
    @Option(name: .customLong("as"), help: "arm or server: whose part is played.") var part: String
    @OptionGroup(title: "Broker") var options: ServerOptions
    @Flag(help: "Print one JSON object per line.") var json = false

    func validate() throws {
        guard Probe.Part(rawValue: self.part) != nil else { throw ValidationError("--as is arm or server.") }
        guard self.options.brokerURL != nil, self.options.queue != nil else {
            throw ValidationError("--broker-url and --queue are needed.")
        }
    }

    func run() async throws {
        let change = try self.options.serverChange()
        let broker = try await self.options.naming { try change.applied(to: .blank).broker }
        let json = self.json
        let probe = Probe(part: Probe.Part(rawValue: self.part) ?? .arm, broker: broker) { line in
            var output = Output()
            output.write(line, json: json)
        }
        try await probe.run(input: Self.input)
    }

    /// The lines of standard input; reading blocks, so it has a thread of its own.
    private static var input: AsyncStream<String> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                while let line = readLine() {
                    if !line.isEmpty { continuation.yield(line) }
                }
                continuation.finish()
            }
        }
    }
}

extension Output {
    fileprivate mutating func write(_ line: Probe.Line, json: Bool) {
        let (direction, mark, text) =
            switch line {
            case .sent(let text): ("sent", ">", text)
            case .received(let text): ("received", "<", text)
            case .note(let text): ("note", "#", text)
            }
        guard json else { return self.line("\(mark) \(text.printable)") }
        self.object { writer in
            writer.member("direction", direction)
            writer.member("message", text)
        }
    }
}
