internal import ArmPlugin
internal import Intake
internal import JSONRPC
internal import Rules
internal import Spool

/// The state of a running agent: the arm's, and that of its sources and rules.
struct AgentStatus: Sendable {
    /// The arm's state; `nil` before there is a spool.
    let arm: ArmStatus?
    let lags: [FileTail.Lag]
    let listeners: [ListenerCounts]
    let rules: [RuleCounts]
    /// What is wrong; `nil` if nothing is.
    let problem: String?

    /// The state of an agent that runs.
    init(
        arm: ArmStatus,
        lags: [FileTail.Lag],
        listeners: [ListenerCounts],
        rules: [RuleCounts]
    ) {
        self.arm = arm
        self.lags = lags
        self.listeners = listeners
        self.rules = rules
        self.problem = arm.problem
    }

    /// The state of an agent that cannot begin yet.
    init(waitingBecause reason: String) {
        self.arm = nil
        self.lags = []
        self.listeners = []
        self.rules = []
        self.problem = reason
    }

    /// The state as one JSON object and a newline.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        self.write("broker", self.arm?.broker, to: &writer)
        self.write("exchange", self.arm?.exchange, to: &writer)
        self.write("server", self.arm?.server, to: &writer)
        writer.key("established")
        writer.value(self.arm?.isEstablished ?? false)
        for (key, value) in self.numbers {
            writer.key(key)
            writer.value(value)
        }
        self.write("spoolId", self.arm?.spoolID, to: &writer)
        self.write("problem", self.problem, to: &writer)
        writer.key("files")
        writer.beginArray()
        for lag in self.lags { self.write(lag, to: &writer) }
        writer.endArray()
        writer.key("listeners")
        writer.beginArray()
        for counts in self.listeners { self.write(counts, to: &writer) }
        writer.endArray()
        writer.key("rules")
        writer.beginArray()
        for counts in self.rules { self.write(counts, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private func write(_ key: StaticString, _ text: String?, to writer: inout JSONWriter) {
        writer.key(key)
        if let text { writer.value(text) } else { writer.null() }
    }

    private func write(_ lag: FileTail.Lag, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("path")
        writer.value(lag.path)
        writer.key("bytesBehind")
        writer.value(Int64(lag.bytes))
        writer.key("secondsBehind")
        writer.value(Int64(lag.seconds))
        writer.key("holeBytes")
        writer.value(Int64(lag.holeBytes))
        writer.endObject()
    }

    private func write(_ counts: ListenerCounts, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("source")
        writer.value(counts.source)
        writer.key("records")
        writer.value(Int64(clamping: counts.records))
        writer.key("droppedDatagrams")
        writer.value(Int64(clamping: counts[.droppedDatagrams]))
        writer.key("cutRecords")
        writer.value(Int64(clamping: counts[.cutRecords]))
        writer.key("unreadableRecords")
        writer.value(Int64(clamping: counts[.unreadableRecords]))
        writer.key("refusedConnections")
        writer.value(Int64(clamping: counts[.refusedConnections]))
        writer.key("refusedPeers")
        writer.value(Int64(clamping: counts[.refusedPeers]))
        writer.key("invalidStreams")
        writer.value(Int64(clamping: counts[.invalidStreams]))
        writer.endObject()
    }

    private func write(_ counts: RuleCounts, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("rule")
        writer.value(counts.rule)
        writer.key("dropped")
        writer.value(Int64(clamping: counts[.drop]))
        writer.key("sampledAway")
        writer.value(Int64(clamping: counts[.sample]))
        writer.key("aboveLimit")
        writer.value(Int64(clamping: counts[.limit]))
        writer.endObject()
    }

    private var numbers: [(StaticString, Int64)] {
        guard let arm = self.arm else { return [] }
        return [
            ("window", Int64(arm.window)), ("deliveredEvents", arm.counters.deliveredEvents),
            ("deliveredBatches", arm.counters.deliveredBatches), ("requests", arm.counters.requests),
            ("refusedEvents", arm.counters.refusedEvents), ("connections", arm.counters.connections),
            ("spooledBatches", Int64(arm.spool.batches)), ("spooledBytes", arm.spool.bytes),
            ("spoolLimit", arm.spool.limit), ("nextSequence", arm.nextSequence),
        ]
    }
}
