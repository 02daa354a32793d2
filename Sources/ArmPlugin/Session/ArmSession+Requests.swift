internal import HAPI
internal import JSONRPC

extension ArmSession {
    /// Serves a call of the server; without an id it is a notification and gets no answer.
    mutating func serve(_ call: Message.Call, _ id: MessageID?, _ now: ContinuousClock.Instant) {
        guard let procedure = Procedure(method: call.method), self.isOffered(procedure) else {
            self.note(.debug, "the server calls what this arm does not offer", call.method)
            if let id { self.send(Envelope.failure(.methodNotFound(call.method), id: id)) }
            return
        }
        switch procedure {
        case .exchangeProfile: self.serveProfile(call, id, now)
        case .updateMonitoringServerInfo: self.serveSettings(call, id)
        default:
            guard let id else { return }
            if self.isEstablished {
                self.actions.append(.fetch(procedure, call.params, id: id))
            } else {
                self.send(Self.answer(.failure, to: id))
            }
        }
    }

    private func isOffered(_ procedure: Procedure) -> Bool {
        procedure == .exchangeProfile || procedure == .updateMonitoringServerInfo || self.offered.contains(procedure)
    }

    private mutating func serveProfile(_ call: Message.Call, _ id: MessageID?, _ now: ContinuousClock.Instant) {
        do {
            self.server = try Profile(call.params)
        } catch {
            self.note(.warning, "the server's exchangeProfile cannot be read", error.description)
            if let id { self.send(Envelope.failure(error.errorObject, id: id)) }
            return
        }
        if let id { self.send(Envelope.result(self.profile, id: id)) }
        self.note(.debug, "the server exchanged profiles", self.server?.name)
        // Nothing is asked twice: a question under way gets its answer from the restarted server as well.
        if self.phase == .exchanging || self.phase == .established { self.askSettings(now) }
    }

    private mutating func serveSettings(_ call: Message.Call, _ id: MessageID?) {
        do {
            let settings = try MonitoringServerInfo(call.params)
            self.actions.append(.settings(settings))
            if let id { self.send(Envelope.result(PutResult.success, id: id)) }
        } catch {
            self.note(.warning, "updateMonitoringServerInfo cannot be read", error.description)
            if let id { self.send(Envelope.failure(error.errorObject, id: id)) }
        }
    }
}
