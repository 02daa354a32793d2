internal import ArgumentParser
internal import Daemon

/// What strangers may do with connections to a service.
struct StrangerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long a peer may take for the TLS handshake, and for the head of a request, 1 to 600.",
            valueName: "seconds"
        )
    )
    var patience = PeerLimits().patience

    @Option(
        help: ArgumentHelp(
            "How many connections of one address are served before the handshake is done or, without TLS, a request is there, 8 to 100000; proxies have no limit.",
            valueName: "number"
        )
    )
    var newcomers = PeerLimits().newcomers

    @Option(help: ArgumentHelp("A proxy, behind which many have one address; repeatable.", valueName: "address"))
    var trustedProxy: [String] = []

    func validate() throws {
        guard PeerLimits.patienceRange.contains(self.patience) else {
            throw ValidationError("--patience is 1 to 600 seconds")
        }
        guard PeerLimits.newcomersRange.contains(self.newcomers) else {
            throw ValidationError("--newcomers is 8 to 100000")
        }
        if let wrong = self.trustedProxy.first(where: { !PeerNetwork.isAddress($0) }) {
            throw ValidationError("--trusted-proxy takes an IP address, not '\(wrong)'")
        }
    }

    var limits: PeerLimits {
        var limits = PeerLimits()
        limits.patience = self.patience
        limits.newcomers = self.newcomers
        limits.proxies = Set(self.trustedProxy)
        return limits
    }
}
