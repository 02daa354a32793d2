internal import HAPI
internal import JSONRPC
internal import Store

extension ArmSession {
    /// A message of the arm: a call, an answer to one of ours, or neither.
    mutating func received(_ body: [UInt8], _ tag: UInt64, _ now: Moment) {
        switch Message(parsing: body, invalidUTF8: .repair) {
        case .request(let call, let id):
            self.heard(now)
            self.called(call, id, Delivered(body: body, tag: tag), now)
        case .notification(let call):
            self.heard(now)
            self.called(call, nil, Delivered(body: body, tag: tag), now)
        case .result(let result, let id):
            self.heard(now)
            self.acknowledgements.settle(tag)
            self.answered(id, .success(result), now)
        case .failure(let error, let id):
            self.heard(now)
            self.acknowledgements.settle(tag)
            self.answered(id, .failure(error), now)
        case .malformed(let malformed):
            if malformed.isAnswerable {
                self.actions.append(.send(Envelope.failure(malformed.error, id: malformed.id)))
            }
            self.putAside(Delivered(body: body, tag: tag), "\(malformed.error)", now)
        }
    }

    /// A message beyond the size that is read: its bytes are gone, so that only its size can be kept.
    mutating func receivedOversized(_ size: UInt64, _ tag: UInt64, _ now: Moment) {
        let error = ErrorObject(code: ErrorObject.invalidRequest, message: "Message too large", data: ["\(size) bytes"])
        self.actions.append(.send(Envelope.failure(error, id: .null)))
        self.putAside(Delivered(body: [], tag: tag), "too large: \(size) bytes", now)
    }

    /// A message that somebody else has put into the arm's queue.
    ///
    /// It is not answered, since whoever sent it would have the arm take the answer for its own, and it is not kept: an arm that is only
    /// registered with the wrong user keeps its events until they are taken.
    mutating func receivedForeign(_ reason: String, _ tag: UInt64, _ now: Moment) {
        self.acknowledgements.settle(tag)
        self.calms[.sender] = now.monotonic + Self.calmAfter
        if !self.monitor.isProblem(.sender) { self.log(.warning, "left a message of somebody else alone", reason) }
        self.note(self.monitor.raise(.sender, reason, at: now.wall))
    }

    /// The bytes of a delivery and what acknowledges it.
    struct Delivered: Sendable {
        var body: [UInt8]
        var tag: UInt64
    }

    /// Order of the checks, as in the original server: exchanged, known, params.
    private mutating func called(_ call: Message.Call, _ id: MessageID?, _ delivered: Delivered, _ now: Moment) {
        let procedure = Procedure(method: call.method)
        if procedure == .exchangeProfile { return self.exchangeProfile(call.params, id, delivered, now) }
        guard self.isEstablished else {
            guard now.monotonic >= self.early.until else {
                return self.early.calls.append(EarlyCall(call: call, id: id, delivered: delivered))
            }
            return self.answer(id, PutResult.failure, delivered.tag)
        }
        guard let procedure, Procedure.offeredByServer.contains(procedure) else {
            return self.refuse(id, .methodNotFound(call.method), delivered.tag)
        }
        switch procedure {
        case .getMonitoringServerInfo: self.answer(id, MonitoringServerInfo(self.server), delivered.tag)
        case .getLastInfo: self.getLastInfo(call.params, id, delivered, now)
        default: self.put(procedure, call.params, id, delivered, now)
        }
    }

    private mutating func exchangeProfile(
        _ params: JSONValue?,
        _ id: MessageID?,
        _ delivered: Delivered,
        _ now: Moment
    ) {
        do throws(InvalidParams) {
            let profile = try Profile(params)
            self.answer(id, Self.profile, delivered.tag)
            self.established(profile, now)
        } catch {
            self.refuse(id, error, delivered, now)
        }
    }

    /// Profiles are exchanged: by the arm's call or by its answer to ours, whichever comes first.
    mutating func established(_ profile: Profile, _ now: Moment) {
        let isNews = !self.isEstablished || self.peer != profile
        self.isEstablished = true
        self.peer = profile
        self.liveness.start(now.monotonic)
        self.note(self.monitor.clear(.arm, at: now.wall))
        defer { self.takeEarlyCalls(now) }
        guard isNews else { return }
        self.noteLink(.established, now)
        self.log(.info, "profiles exchanged", profile.name)
    }

    /// Serves what came before profiles were exchanged, in order.
    mutating func takeEarlyCalls(_ now: Moment) {
        let calls = self.early.calls
        self.early.calls = []
        for early in calls { self.called(early.call, early.id, early.delivered, now) }
    }

    private mutating func getLastInfo(
        _ params: JSONValue?,
        _ id: MessageID?,
        _ delivered: Delivered,
        _ now: Moment
    ) {
        do throws(InvalidParams) {
            let element = Store.LastInfoElement(try LastInfo.element(from: params))
            let token = self.operations.makeToken()
            self.lastInfoReads[token] = (id, now.monotonic + Self.replyPatience, delivered.tag)
            self.actions.append(.readLastInfo(element, token))
        } catch {
            self.refuse(id, error, delivered, now)
        }
    }

    /// What the store said to a read for getLastInfo; `None` is what hap2-fluentd of old stored, and means nothing.
    mutating func readLastInfo(_ token: StoreToken, _ result: Result<String, StoreError>, _ now: Moment) {
        guard let (caller, replyBy, tag) = self.lastInfoReads.removeValue(forKey: token) else { return }
        let id = caller.flatMap { self.stillWaits($0, until: replyBy, now) ? $0 : nil }
        switch result {
        case .success(let text): self.answer(id, text == "None" ? "" : text, tag)
        case .failure(let error):
            self.answer(id, PutResult.failure, tag)
            self.log(.warning, "cannot read the last info", "\(error)")
        }
    }

    // MARK: Answers

    /// Whether whoever called still waits for the answer; if not, there must be none.
    mutating func stillWaits(_ id: MessageID, until replyBy: Duration, _ now: Moment) -> Bool {
        if now.monotonic <= replyBy { return true }
        self.log(.info, "left out an answer that would come too late", "\(id)")
        return false
    }

    /// Answers and is done with the delivery.
    mutating func answer(_ id: MessageID?, _ result: some JSONEncodable, _ tag: UInt64) {
        if let id { self.actions.append(.send(Envelope.result(result, id: id))) }
        self.acknowledgements.settle(tag)
    }

    /// Answers with an error and is done with the delivery.
    private mutating func refuse(_ id: MessageID?, _ error: ErrorObject, _ tag: UInt64) {
        if let id { self.actions.append(.send(Envelope.failure(error, id: id))) }
        self.acknowledgements.settle(tag)
        self.log(.info, "refused a call", "\(error)")
    }

    /// Answers that the params are bad, and keeps the message for whoever develops the arm.
    mutating func refuse(_ id: MessageID?, _ problems: InvalidParams, _ delivered: Delivered, _ now: Moment) {
        if let id { self.actions.append(.send(Envelope.failure(problems.errorObject, id: id))) }
        self.putAside(delivered, "\(problems)", now)
    }

    /// Keeps the bytes of a message that nobody can make use of, and is done with it once they are stored.
    mutating func putAside(_ delivered: Delivered, _ reason: String, _ now: Moment) {
        let change = Change.putAside(reason: reason, body: delivered.body, received: now.wall)
        self.begin(
            StoreOperations.Operation(
                batch: Batch(server: self.server.id, change: change),
                tag: delivered.tag,
                body: []
            ),
            now
        )
        self.calms[.messages] = now.monotonic + Self.calmAfter
        if !self.monitor.isProblem(.messages) { self.log(.warning, "put a message aside", reason) }
        self.note(self.monitor.raise(.messages, reason, at: now.wall))
    }
}
