internal import ArmPlugin
internal import Intake
internal import JSONRPC
internal import Spool

/// The state of a running agent: the arm's, and that of its sources.
struct AgentStatus: Sendable {
    let arm: ArmStatus
    let lags: [FileTail.Lag]

    /// The state as one JSON object and a newline.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("broker")
        if let broker = self.arm.broker { writer.value(broker) } else { writer.null() }
        writer.key("server")
        if let server = self.arm.server { writer.value(server) } else { writer.null() }
        writer.key("established")
        writer.value(self.arm.isEstablished)
        for (key, value) in self.numbers {
            writer.key(key)
            writer.value(value)
        }
        writer.key("spoolId")
        writer.value(self.arm.spoolID)
        writer.key("problem")
        if let problem = self.arm.problem { writer.value(problem) } else { writer.null() }
        writer.key("files")
        writer.beginArray()
        for lag in self.lags { self.write(lag, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private func write(_ lag: FileTail.Lag, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("path")
        writer.value(lag.path)
        writer.key("bytesBehind")
        writer.value(Int64(lag.bytes))
        writer.key("secondsBehind")
        writer.value(Int64(lag.seconds))
        writer.endObject()
    }

    private var numbers: [(StaticString, Int64)] {
        [
            ("window", Int64(self.arm.window)), ("deliveredEvents", self.arm.counters.deliveredEvents),
            ("deliveredBatches", self.arm.counters.deliveredBatches), ("requests", self.arm.counters.requests),
            ("refusedEvents", self.arm.counters.refusedEvents), ("connections", self.arm.counters.connections),
            ("spooledBatches", Int64(self.arm.spool.batches)), ("spooledBytes", self.arm.spool.bytes),
            ("spoolLimit", self.arm.spool.limit), ("nextSequence", self.arm.nextSequence),
        ]
    }

    /// The state in the text format of Prometheus, version 0.0.4.
    var metrics: [UInt8] {
        var text = ""
        func add(_ name: String, _ kind: String, _ help: String, _ value: String) {
            text +=
                "# HELP hap2_fluentd_\(name) \(help)\n# TYPE hap2_fluentd_\(name) \(kind)\nhap2_fluentd_\(name) \(value)\n"
        }
        let counters = self.arm.counters
        add("established", "gauge", "Whether the server takes events.", self.arm.isEstablished ? "1" : "0")
        add("delivered_events_total", "counter", "Events the server has confirmed.", "\(counters.deliveredEvents)")
        add(
            "refused_events_total",
            "counter",
            "Events set aside because the server refuses them.",
            "\(counters.refusedEvents)"
        )
        add("requests_total", "counter", "Requests with events, copies included.", "\(counters.requests)")
        add("connections_total", "counter", "Connections opened to brokers.", "\(counters.connections)")
        add("window_batches", "gauge", "Batches on their way.", "\(self.arm.window)")
        add("spool_batches", "gauge", "Batches waiting on the disk.", "\(self.arm.spool.batches)")
        add("spool_bytes", "gauge", "Bytes of the spool in use.", "\(self.arm.spool.bytes)")
        add("spool_limit_bytes", "gauge", "Bytes the spool may use.", "\(self.arm.spool.limit)")
        add("problem", "gauge", "Whether the agent reports a problem.", self.arm.problem == nil ? "0" : "1")
        guard !self.lags.isEmpty else { return Array(text.utf8) }
        text += "# HELP hap2_fluentd_file_lag_bytes Bytes in a file that are not yet accepted.\n"
        text += "# TYPE hap2_fluentd_file_lag_bytes gauge\n"
        for lag in self.lags {
            text += "hap2_fluentd_file_lag_bytes{path=\"\(Self.escaped(lag.path))\"} \(lag.bytes)\n"
        }
        return Array(text.utf8)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
