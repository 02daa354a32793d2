internal import Logging

/// Passes the log lines of a child process on to ours, not more of them than anybody can read.
struct ChildJournal {
    /// So many lines are passed on in each period; the others are counted.
    private static let linesPerPeriod = 100
    private static let period = Duration.seconds(10)
    /// Longer lines are cut.
    private static let lineLimit = 1000

    private let logger: Logger
    private let quietUntil: ContinuousClock.Instant
    private var periodStart = ContinuousClock.now
    private var lines = 0
    private var suppressed = 0

    /// Passes lines on to a log.
    ///
    /// - Parameters:
    ///   - logger: Our log.
    ///   - quietUntil: Until then only a log at level debug has them: a child that fails at each start says the same each time.
    init(logger: Logger, quietUntil: ContinuousClock.Instant) {
        self.logger = logger
        self.quietUntil = quietUntil
    }

    /// Notes a line of the child's own log.
    mutating func note(_ text: ArraySlice<UInt8>, level: FluentdLine.Level, at now: ContinuousClock.Instant = .now) {
        let ours: Logger.Level =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .warn, .error, .fatal: .warning
            }
        self.log(text, level: ours, message: "fluentd says", at: now)
    }

    /// Notes a line that is neither an event nor a log line.
    mutating func noteUnexpected(_ text: ArraySlice<UInt8>, at now: ContinuousClock.Instant = .now) {
        self.log(text, level: .warning, message: "fluentd printed a line that is no event", at: now)
    }

    private mutating func log(
        _ text: ArraySlice<UInt8>,
        level: Logger.Level,
        message: Logger.Message,
        at now: ContinuousClock.Instant
    ) {
        let level = now < self.quietUntil ? min(level, .debug) : level
        guard level >= self.logger.logLevel else { return }
        if now - self.periodStart >= Self.period {
            if self.suppressed > 0 {
                self.logger.warning("fluentd said more than was logged", metadata: ["lines": "\(self.suppressed)"])
            }
            (self.periodStart, self.lines, self.suppressed) = (now, 0, 0)
        }
        guard self.lines < Self.linesPerPeriod else {
            self.suppressed += 1
            return
        }
        self.lines += 1
        self.logger.log(level: level, message, metadata: ["line": "\(Self.printable(text))"])
    }

    /// Control characters become blanks, so that a line stays one and cannot steer a terminal.
    private static func printable(_ text: ArraySlice<UInt8>) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in String(decoding: text.prefix(Self.lineLimit), as: UTF8.self).unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(scalars)
    }
}
