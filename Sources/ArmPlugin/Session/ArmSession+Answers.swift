internal import HAPI
internal import JSONRPC

extension ArmSession {
    /// Takes the server's answer to a call of ours.
    mutating func resolve(_ id: MessageID, _ answer: Result<JSONValue, ErrorObject>, _ now: ContinuousClock.Instant) {
        var call = self.calls.resolve(id)
        if call == nil, self.phase == .exchanging, let number = id.integer, self.exchanges.contains(number) {
            call = .exchangeProfile
        }
        switch call {
        case .exchangeProfile: self.profileCame(answer, now)
        case .settings: self.settingsCame(answer, now)
        case .lastInfo: self.lastInfoCame(answer, now)
        case .armInfo: self.armInfoWasTaken(answer, now)
        case nil: self.note(.debug, "an answer nobody waits for", "id \(id)")
        }
    }

    private mutating func profileCame(_ answer: Result<JSONValue, ErrorObject>, _ now: ContinuousClock.Instant) {
        guard self.phase == .exchanging else { return }
        switch answer {
        case .success(let result):
            do {
                self.server = try Profile(result)
                self.note(.debug, "exchanged profile", self.server?.name)
                self.askSettings(now)
            } catch {
                self.note(.warning, "the server's answer to exchangeProfile is no profile", error.description)
            }
        case .failure(let error):
            self.note(.warning, "the server refuses exchangeProfile", error.description)
        }
    }

    private mutating func settingsCame(_ answer: Result<JSONValue, ErrorObject>, _ now: ContinuousClock.Instant) {
        guard self.phase == .askingSettings else { return }
        switch answer {
        case .success(let result) where result.isFailure:
            self.startAgain("the server does not know this arm yet", now)
        case .success(let result):
            do {
                let settings = try MonitoringServerInfo(result)
                self.actions.append(.settings(settings))
            } catch {
                self.note(.warning, "the settings of the monitoring server cannot be read", error.description)
            }
            self.askLastInfo(now)
        case .failure(let error):
            self.startAgain("getMonitoringServerInfo: \(error)", now)
        }
    }

    private mutating func lastInfoCame(_ answer: Result<JSONValue, ErrorObject>, _ now: ContinuousClock.Instant) {
        guard self.phase == .askingLastInfo else { return }
        switch answer {
        case .success(let result) where result.isFailure:
            return self.startAgain("the server does not know this arm yet", now)
        case .success(let result):
            do {
                self.actions.append(.lastEvent(try LastInfo.lastInfo(from: result, of: .event)))
            } catch {
                self.note(.warning, "the server's answer to getLastInfo cannot be read", error.description)
            }
        case .failure(let error):
            self.note(.warning, "the server refuses getLastInfo", error.description)
        }
        self.establish()
    }

    private mutating func armInfoWasTaken(_ answer: Result<JSONValue, ErrorObject>, _ now: ContinuousClock.Instant) {
        switch answer {
        case .success(let result):
            let isTaken = PutResult(result: result) == .success
            self.actions.append(.armInfoTaken(isTaken))
            if !isTaken, self.phase == .established { self.startAgain("putArmInfo was answered FAILURE", now) }
        case .failure(let error):
            self.actions.append(.armInfoTaken(false))
            self.note(.warning, "the server refuses putArmInfo", error.description)
        }
    }
}
