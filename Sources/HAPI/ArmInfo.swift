public import JSONRPC

/// How an arm is doing; params of putArmInfo.
///
/// Sent at least one second apart and at most twice the polling interval.
public struct ArmInfo: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.putArmInfo

    /// How the last poll went.
    public var lastStatus: ArmStatus
    /// Why it failed; empty if it did not (String255).
    public var failureReason: String
    /// When a poll last succeeded, if ever.
    public var lastSuccessTime: TimeStamp?
    /// When a poll last failed, if ever.
    public var lastFailureTime: TimeStamp?
    /// Good polls since the arm started.
    public var numSuccess: Int
    /// Failed polls since the arm started.
    public var numFailure: Int

    /// Puts the fields together.
    public init(
        lastStatus: ArmStatus,
        failureReason: String,
        lastSuccessTime: TimeStamp?,
        lastFailureTime: TimeStamp?,
        numSuccess: Int,
        numFailure: Int
    ) {
        self.lastStatus = lastStatus
        self.failureReason = failureReason
        self.lastSuccessTime = lastSuccessTime
        self.lastFailureTime = lastFailureTime
        self.numSuccess = numSuccess
        self.numFailure = numFailure
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.lastStatus = object.word("lastStatus", orElse: .notGood)
        self.failureReason = object.text("failureReason")
        self.lastSuccessTime = object.timeOrEmpty("lastSuccessTime")
        self.lastFailureTime = object.timeOrEmpty("lastFailureTime")
        self.numSuccess = object.number("numSuccess")
        self.numFailure = object.number("numFailure")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("lastStatus", self.lastStatus)
        writer.member("failureReason", self.failureReason)
        writer.member("lastSuccessTime", timeOrEmpty: self.lastSuccessTime)
        writer.member("lastFailureTime", timeOrEmpty: self.lastFailureTime)
        writer.member("numSuccess", self.numSuccess)
        writer.member("numFailure", self.numFailure)
        writer.endObject()
    }
}
