"""A server as the original C++ one was: compact JSON, unsigned 32-bit ids, FAILURE before the exchange, SUCCESS always."""

import json
import random

from peer import HAPIError, Peer

PUTS = {
    "putItems": "items", "putHistory": "samples", "putHosts": "hosts", "putHostGroups": "hostGroups",
    "putHostGroupMembership": "hostGroupMembership", "putTriggers": "triggers", "putEvents": "events",
    "putHostParents": "hostParents", "putArmInfo": None,
}  # fmt: skip
LAST_INFO = {"putHosts": "host", "putHostGroups": "hostGroup", "putHostGroupMembership": "hostGroupMembership",
             "putTriggers": "trigger", "putEvents": "event", "putHostParents": "hostParent"}  # fmt: skip


class ReferenceServer(Peer):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, sends_to="-T", reads_from="-S", **options)
        self.established = False
        self.puts = []
        self.last_info = {}
        self.refuse = []  # answers to give to the next puts instead of SUCCESS

    def encode(self, value):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()

    def new_id(self):
        return random.randint(0, 0xFFFF_FFFF)

    @property
    def events(self):
        return [event for method, params in self.puts if method == "putEvents" for event in params["events"]]

    def exchange(self):
        answer = self.call("exchangeProfile", self.profile())
        self.established = True
        return answer["result"]

    def profile(self):
        return {"name": "hatohol", "procedures": ["exchangeProfile", "getMonitoringServerInfo", "getLastInfo", *PUTS]}

    def handle(self, method, params, is_notification):
        if method == "exchangeProfile":
            self.established = True
            return self.profile()
        if not self.established:
            return "FAILURE"
        if method == "getMonitoringServerInfo":
            return {
                "serverId": 1, "url": "", "type": "d91ba1cb-a64a-4072-b2b8-2f91bcae1818", "nickName": "reference",
                "userName": "", "password": "", "pollingIntervalSec": 31622400, "retryIntervalSec": 10, "extendedInfo": "",
            }  # fmt: skip
        if method == "getLastInfo":
            return self.last_info.get(params, "")
        if method not in PUTS:
            raise HAPIError(-32601, f"Method not found: {method}")
        self.check(method, params)
        if self.refuse:
            answer = self.refuse.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        self.puts.append((method, params))
        if method in LAST_INFO and params.get("lastInfo"):
            self.last_info[LAST_INFO[method]] = params["lastInfo"]
        return "SUCCESS"

    def check(self, method, params):
        """Strict where the original read undefined values: whatever our arms send must be by the book."""
        member = PUTS[method]
        if member is None:
            expected = {"lastStatus", "failureReason", "lastSuccessTime", "lastFailureTime", "numSuccess", "numFailure"}
            problems = sorted(expected - params.keys())
        else:
            problems = [] if isinstance(params.get(member), list) else [member]
            for index, element in enumerate(params.get(member) or []):
                problems += [
                    f"{member}[{index}].{name}" for name, value in element.items() if not isinstance(value, (str, list))
                ]
            if method == "putEvents" and len(params["events"]) > 1000:
                problems.append("events: more than 1000")
        if problems:
            raise HAPIError(-32602, "Invalid method parameter(s).", problems)
