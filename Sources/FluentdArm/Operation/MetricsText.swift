internal import Escaping

/// Text in the format of Prometheus, version 0.0.4: every name with its help and its kind.
struct MetricsText {
    enum Kind: String {
        case counter
        case gauge
    }

    /// One value of a metric, and what it is about.
    struct Sample {
        var labels: KeyValuePairs<String, String>
        var value: String
    }

    private var text = ""

    var bytes: [UInt8] { Array(self.text.utf8) }

    /// Adds a metric with one value.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Int64) {
        self.add(name, kind, help, [Sample(labels: [:], value: "\(value)")])
    }

    /// Adds a metric with a value for each combination of labels; nothing if there is none.
    mutating func add(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        _ samples: [Sample]
    ) {
        guard !samples.isEmpty else { return }
        let name = "hap2_fluentd_\(name)"
        self.text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.key)=\"\($0.value.escaped(for: .prometheusLabel))\"" }.joined(
                separator: ","
            )
            self.text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
        }
    }
}
