internal import HAPI
internal import JSONRPC
internal import Store

extension ArmSession {
    /// The arm's answer to a call of ours; one that nobody waits for is dropped.
    mutating func answered(_ id: MessageID, _ answer: Result<JSONValue, ErrorObject>, _ now: Moment) {
        switch (self.calls.resolve(id), answer) {
        case (nil, .failure(let error)): self.log(.info, "the arm reports an error", "\(error)")
        case (nil, .success): self.log(.debug, "an answer that nobody waits for", "\(id)")
        case (.exchangeProfile, .success(let result)):
            do throws(InvalidParams) {
                self.established(try Profile(result), now)
            } catch {
                self.log(.warning, "the arm's answer to exchangeProfile is no profile", "\(error)")
            }
        case (.exchangeProfile, .failure(let error)):
            self.log(.warning, "the arm refuses exchangeProfile", "\(error)")
        case (.fetch(let fetchID), .success(let result)):
            let verdict = FetchResult(result: result)
            guard verdict != .success else { return }
            self.finish(self.fetches.fail(fetchID, "the arm answered \(verdict.rawValue)").map { [$0] } ?? [])
        case (.fetch(let fetchID), .failure(let error)):
            self.finish(self.fetches.fail(fetchID, "the arm answered with an error: \(error)").map { [$0] } ?? [])
        }
    }

    /// Asks the arm for data.
    mutating func fetch(_ request: FetchRequest, _ now: Moment) {
        func refuse(_ reason: String) { self.finish([(request.id, .failed(reason))]) }
        guard self.isEstablished, let peer = self.peer else {
            return refuse("the arm is not there: profiles have not been exchanged")
        }
        guard peer.offers(request.kind.procedure) else {
            return refuse("the arm does not offer \(request.kind.procedure.rawValue)")
        }
        let fetchID = String(UInt32.random(in: 1...UInt32.max))
        let deadline = now.monotonic + min(request.patience, Self.callPatience)
        guard self.fetches.add(request, fetchID: fetchID, now: now.monotonic),
            let id = self.calls.register(.fetch(id: fetchID), deadline: deadline)
        else { return refuse("too many fetches are waiting") }
        self.actions.append(.send(Self.message(request.kind, fetchID, id)))
    }

    private static func message(_ kind: FetchRequest.Kind, _ fetchID: String, _ id: MessageID) -> [UInt8] {
        switch kind {
        case .items(let hosts): FetchItems(hostIds: hosts, fetchId: fetchID).request(id: id)
        case .triggers(let hosts): FetchTriggers(hostIds: hosts, fetchId: fetchID).request(id: id)
        case .history(let host, let item, let from, let to):
            FetchHistory(hostId: host, itemId: item, beginTime: from, endTime: to, fetchId: fetchID).request(id: id)
        case .events(let lastInfo, let count, let direction):
            FetchEvents(lastInfo: lastInfo, count: count, direction: direction, fetchId: fetchID).request(id: id)
        }
    }
}
