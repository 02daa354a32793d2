internal import ArmPlugin
internal import Intake
internal import Rules
internal import Spool

extension AgentStatus {
    /// The state in the text format of Prometheus, version 0.0.4.
    var metrics: [UInt8] {
        var text = MetricsText()
        text.add("established", .gauge, "Whether the server takes events.", self.arm?.isEstablished == true ? 1 : 0)
        text.add("problem", .gauge, "Whether the agent reports a problem.", self.problem == nil ? 0 : 1)
        if let arm = self.arm { Self.add(arm, to: &text) }
        text.add(
            "file_lag_bytes",
            .gauge,
            "Bytes in a file that are not yet accepted.",
            self.lags.map { .init(labels: ["path": $0.path], value: "\($0.bytes)") }
        )
        text.add(
            "file_lag_seconds",
            .gauge,
            "Seconds for which a file has been behind without a pause.",
            self.lags.map { .init(labels: ["path": $0.path], value: "\($0.seconds)") }
        )
        text.add(
            "file_hole_bytes_total",
            .counter,
            "NUL bytes in front of lines that were passed over.",
            self.lags.map { .init(labels: ["path": $0.path], value: "\($0.holeBytes)") }
        )
        text.add(
            "listener_records_total",
            .counter,
            "Records accepted from those who send to the agent.",
            self.listeners.map { .init(labels: ["source": $0.source], value: "\($0.records)") }
        )
        text.add(
            "listener_trouble_total",
            .counter,
            "What was sent to the agent and not taken, or not whole.",
            self.listeners.flatMap { counts in
                ListenerCounts.Trouble.allCases.map { trouble in
                    MetricsText.Sample(
                        labels: ["source": counts.source, "kind": trouble.rawValue],
                        value: "\(counts[trouble])"
                    )
                }
            }
        )
        text.add(
            "rule_dropped_records_total",
            .counter,
            "Records that a rule dropped, by what in it did.",
            self.rules.flatMap { counts in
                RuleCounts.Reason.allCases.map { reason in
                    MetricsText.Sample(
                        labels: ["rule": counts.rule, "action": reason.rawValue],
                        value: "\(counts[reason])"
                    )
                }
            }
        )
        return text.bytes
    }

    private static func add(_ arm: ArmStatus, to text: inout MetricsText) {
        let counters = arm.counters
        text.add("delivered_events_total", .counter, "Events the server has confirmed.", counters.deliveredEvents)
        text.add(
            "refused_events_total",
            .counter,
            "Events set aside because the server refuses them.",
            counters.refusedEvents
        )
        text.add("requests_total", .counter, "Requests with events, copies included.", counters.requests)
        text.add("connections_total", .counter, "Connections opened to brokers.", counters.connections)
        text.add("window_batches", .gauge, "Batches on their way.", Int64(arm.window))
        text.add("spool_batches", .gauge, "Batches waiting on the disk.", Int64(arm.spool.batches))
        text.add("spool_bytes", .gauge, "Bytes of the spool in use.", arm.spool.bytes)
        text.add("spool_limit_bytes", .gauge, "Bytes the spool may use.", arm.spool.limit)
    }
}
