public import HAPI
public import JSONRPC

/// The server, as a poller sees it.
protocol ServerLink: Sendable {
    /// Calls a procedure and waits for the answer.
    ///
    /// - Throws: ``CallError``.
    func call(_ procedure: Procedure, _ params: [UInt8]) async throws -> JSONValue
}

/// Why a call of the server came to nothing.
public enum CallError: Error, Sendable, CustomStringConvertible {
    /// There is no session at the moment.
    case notEstablished
    /// No answer came in time, or the connection was lost.
    case noAnswer(Procedure)
    /// The server answered an error.
    case refused(Procedure, ErrorObject)
    /// The server answered FAILURE.
    case failed(Procedure)

    /// What happened, in one line.
    public var description: String {
        switch self {
        case .notEstablished: "there is no session with the server"
        case .noAnswer(let procedure): "the server did not answer \(procedure)"
        case .refused(let procedure, let error): "the server refuses \(procedure): \(error)"
        case .failed(let procedure): "the server answered \(procedure) with FAILURE"
        }
    }
}

extension ServerLink {
    /// Calls a put procedure, and again in parts if there are many records.
    ///
    /// - Parameters:
    ///   - records: what is put.
    ///   - limit: the most records in one request.
    ///   - params: makes the params of one part; nothing of the envelope may differ between parts but `divideInfo`.
    /// - Throws: ``CallError``; parts that were put are then completed by nobody and dropped by the server.
    func put<Record, Params: ProcedureParams>(
        _ records: [Record],
        limit: Int = 500,
        _ params: ([Record], DivideInfo?) -> Params
    ) async throws {
        guard records.count > limit else { return try await self.put(params(records, nil)) }
        // The originals take a random text too; it only has to differ from that of the parts before.
        let requestId = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        for (serial, start) in stride(from: 0, to: records.count, by: limit).enumerated() {
            let part = Array(records[start..<min(start + limit, records.count)])
            let isLast = start + limit >= records.count
            try await self.put(params(part, DivideInfo(isLast: isLast, serialId: serial, requestId: requestId)))
        }
    }

    private func put(_ params: some ProcedureParams) async throws {
        let procedure = type(of: params).procedure
        let result = try await self.call(procedure, params.encoded())
        guard PutResult(result: result) == .success else { throw CallError.failed(procedure) }
    }

    /// Puts events, as many requests as it takes; each stands for itself.
    func put(_ events: [Event], lastInfo: String?, fetchId: String? = nil) async throws {
        var rest = events[...]
        repeat {
            let part = rest.prefix(PutEvents.mostEvents)
            rest = rest.dropFirst(part.count)
            let envelope = PutEvents.Envelope(
                lastInfo: rest.isEmpty ? lastInfo : nil,
                fetchId: fetchId,
                mayMoreFlag: fetchId == nil ? nil : !rest.isEmpty
            )
            let params = PutEvents(events: Array(part), envelope: envelope).encoded()
            let result = try await self.call(.putEvents, params)
            guard PutResult(result: result) == .success else { throw CallError.failed(.putEvents) }
        } while !rest.isEmpty
    }
}
