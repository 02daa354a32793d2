"""An arm as the original Python ones were: one request at a time, `lastInfo` of None as text, errors without data."""

from peer import HAPIError, Peer


class ReferenceArm(Peer):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, sends_to="-S", reads_from="-T", **options)
        self.server_procedures = []
        self.fetches = []
        self.notified = []

    def handle(self, method, params, is_notification):
        if method == "exchangeProfile":
            self.server_procedures = params["procedures"]
            return self.profile()
        if method == "updateMonitoringServerInfo":
            self.notified.append(params)
            return "SUCCESS"
        if method in ("fetchItems", "fetchHistory", "fetchTriggers", "fetchEvents"):
            self.fetches.append((method, params))
            return "SUCCESS"
        raise HAPIError(-32601, "Method not found")

    def profile(self):
        return {
            "name": "Hap2ReferenceMain",
            "procedures": [
                "exchangeProfile", "updateMonitoringServerInfo",
                "fetchItems", "fetchHistory", "fetchTriggers", "fetchEvents",
            ],
        }  # fmt: skip

    def sign_on(self):
        answer = self.call("exchangeProfile", self.profile())["result"]
        self.server_procedures = answer["procedures"]
        return self.call("getMonitoringServerInfo", "")["result"]

    def put_event(self, identifier, brief, **fields):
        event = {
            "eventId": identifier, "time": "20260102030405.000000", "type": "BAD", "status": "NG", "severity": "ERROR",
            "hostId": "chaos", "hostName": "chaos", "brief": brief, "extendedInfo": "", **fields,
        }  # fmt: skip
        return self.call("putEvents", {"events": [event], "lastInfo": "None"})["result"]
