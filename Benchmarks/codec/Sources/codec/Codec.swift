internal import Foundation
internal import HAPI
internal import JSONRPC

/// Measures the codec of putEvents against Foundation's Codable on the same events, interleaved in one run.
///
/// Prints one JSON object per line: benchmark, metric, value, unit. The first argument is the number of rounds; further ones name
/// the ways to measure, for profiling.
@main
struct Codec {
    static func main() throws {
        let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 9 : 9
        let events = Sample.events(1000)
        let wire = WireEvents(events: events.map(Sample.wire), lastInfo: "42")
        let request = PutEvents(events: events, envelope: PutEvents.Envelope(lastInfo: "42")).request(id: 1)
        try self.verify(request, events, wire)

        let names = CommandLine.arguments.dropFirst(2)
        var all = self.measurements(events, wire, request) + self.sizes.flatMap(self.measurements)
        all = all.filter { names.isEmpty || names.contains($0.name) }
        for index in all.indices { try all[index].prepare() }
        // Interleaved, so that a slow spell of the machine hits every way alike.
        for _ in 0..<rounds { for index in all.indices { try all[index].round() } }

        for measurement in all {
            self.report("\(measurement.name)_ns_per_event", measurement.median * 1e9 / Double(measurement.events), "ns")
        }
        let median = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.median) })
        for (ratio, ours, theirs) in Self.ratios {
            if let ours = median[ours], let theirs = median[theirs] { self.report(ratio, theirs / ours, "x") }
        }
        self.report("message_bytes_per_event", Double(request.count) / Double(events.count), "bytes")
    }

    private static let ratios = [
        ("encode_ratio", "encode", "codable_encode"),
        ("decode_ratio", "decode", "codable_decode"),
        ("decode_batch_ratio", "decode_batch", "codable_decode"),
        ("message_batch_ratio", "message_batch", "codable_message"),
        ("message_ratio", "message", "codable_message"),
    ]

    private static func measurements(_ events: [Event], _ wire: WireEvents, _ request: [UInt8]) -> [Measurement] {
        let encoder = JSONEncoder()
        var writer = PutEventsWriter()
        let decoder = JSONDecoder()
        let params = Self.params(of: request)
        let paramsData = Data(params.bytes)
        let requestData = Data(request)
        return [
            Measurement("codable_encode") { try encoder.encode(wire).count },
            Measurement("encode") {
                for event in events { writer.append(event) }
                return writer.finish(PutEvents.Envelope(lastInfo: "42")).count
            },
            Measurement("codable_decode") { try decoder.decode(WireEvents.self, from: paramsData).events.count },
            Measurement("decode") { try PutEvents.decode(params).value.events.count },
            Measurement("decode_batch") { try EventBatch.decode(params).value.count },
            Measurement("codable_message") {
                try decoder.decode(WireRequest.self, from: requestData).params.events.count
            },
            Measurement("message_batch") { try EventBatch.decode(Self.params(of: request)).value.count },
            Measurement("message") { try PutEvents.decode(Self.params(of: request)).value.events.count },
        ]
    }

    /// Numbers of events in a message whose costs per event are compared.
    private static let sizes = [1, 10, 100]

    /// The way of a message through agent and server, with this many events in it.
    private static func measurements(_ count: Int) -> [Measurement] {
        let events = Sample.events(count)
        let request = PutEvents(events: events).request(id: 1)
        var writer = PutEventsWriter()
        return [
            Measurement("encode_\(count)_per_message", events: count) {
                for event in events { writer.append(event) }
                return writer.finish().count
            },
            Measurement("message_\(count)_per_message", events: count) {
                try PutEvents.decode(Self.params(of: request)).value.events.count
            },
        ]
    }

    private static func params(of request: [UInt8]) -> JSONValue {
        guard case .request(let call, id: _) = Message(parsing: request), let params = call.params else {
            preconditionFailure("the request is our own")
        }
        return params
    }

    /// Every way must say the same before its speed means anything.
    private static func verify(_ request: [UInt8], _ events: [Event], _ wire: WireEvents) throws {
        let decoded = try JSONDecoder().decode(WireRequest.self, from: Data(request))
        guard decoded.params == wire else { throw Failure(reason: "Codable reads something else than was written") }
        let foreign = JSONValue([UInt8](try JSONEncoder().encode(wire)))
        guard try PutEvents.decode(foreign).value.events == events else {
            throw Failure(reason: "what Codable writes reads differently")
        }
    }

    private static func report(_ metric: String, _ value: Double, _ unit: String) {
        let number = String(format: "%.2f", value)
        print(#"{"benchmark":"codec","metric":"\#(metric)","value":\#(number),"unit":"\#(unit)"}"#)
    }
}
