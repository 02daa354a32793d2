"""An arm with the original's habits against our server."""

import itertools
import json
import time

import pytest

from reference_arm import ReferenceArm

numbers = itertools.count()


@pytest.fixture
def arm(deployment):
    """A monitoring server registered with transient queues, as the originals declare them, and its arm."""
    base = f"original-arm-{next(numbers)}"
    server = deployment.add_server(base, queue_type="transient", user="")
    with ReferenceArm(deployment.port, deployment.ca, *deployment.tls("node"), "hatohol", base) as arm:
        arm.server = server
        until(lambda: arm.server_procedures or try_sign_on(arm))
        yield arm


def try_sign_on(arm):
    try:
        return arm.sign_on()
    except TimeoutError:
        return None


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.05)
    return value


def events(deployment, arm):
    return deployment.events("--server", str(arm.server))


def test_sign_on_and_one_event(deployment, arm):
    assert {"exchangeProfile", "putEvents", "putArmInfo"} <= set(arm.server_procedures)
    assert arm.put_event("20260102030405000001", "ディスクの空きが少ない") == "SUCCESS"
    (event,) = events(deployment, arm)
    assert event["brief"] == "ディスクの空きが少ない"


def test_last_info_none_reads_as_empty(arm):
    assert arm.put_event("1", "x") == "SUCCESS"
    assert arm.call("getLastInfo", "event")["result"] == ""


def test_a_resent_event_is_stored_once(deployment, arm):
    for _ in range(3):
        assert arm.put_event("same", "once") == "SUCCESS"
    assert [event["brief"] for event in events(deployment, arm)] == ["once"]


def test_ids_are_echoed_with_their_type(arm):
    for identifier in (7, 4294967295, "seven"):
        assert arm.call("getLastInfo", "host", identifier=identifier)["id"] == identifier


def test_numbers_where_strings_belong_and_missing_jsonrpc(deployment, arm):
    event = {"eventId": "n", "time": "20260102030405", "type": "BAD", "hostId": 3, "brief": "numbers"}
    arm.send({"method": "putEvents", "params": {"events": [event]}, "id": 5})
    assert arm.wait_for(5)["result"] == "SUCCESS"
    assert events(deployment, arm)[0]["hostId"] == "3"


def test_missing_member_is_named(arm):
    answer = arm.call("putEvents", {"events": [{"eventId": "e", "type": "BAD", "brief": "no time"}]})
    assert answer["error"]["code"] == -32602
    assert any("time" in problem for problem in answer["error"]["data"])


def test_unknown_method(arm):
    assert arm.call("putNothing", {})["error"]["code"] == -32601


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[1]", b"{}", b"[" * 20_000, b'{"id": 1}', b'{"jsonrpc": "2.0", "result": 1}', b"\xff\xfe"],
)
def test_malformed_messages_do_not_stop_the_server(deployment, arm, body):
    arm.send(body)
    assert arm.put_event("after", "still here") == "SUCCESS"


def test_inventory(deployment, arm):
    hosts = [{"hostId": "10", "hostName": "web"}, {"hostId": "11", "hostName": "db"}]
    assert arm.call("putHosts", {"hosts": hosts, "updateType": "ALL"})["result"] == "SUCCESS"
    assert arm.call("putHosts", {"hosts": hosts[:1], "updateType": "ALL"})["result"] == "SUCCESS"
    trigger = {
        "triggerId": "t", "status": "NG", "severity": "CRITICAL", "lastChangeTime": "20260102030405.5", "hostId": "10",
        "hostName": "web", "brief": "load", "extendedInfo": "",
    }  # fmt: skip
    assert arm.call("putTriggers", {"triggers": [trigger], "updateType": "ALL"})["result"] == "SUCCESS"
    listed = [json.loads(line) for line in deployment.cli("hosts", "--json", "--server", str(arm.server)).splitlines()]
    # The word of today, and that of the first version.
    assert {(host["id"], host["hostId"]) for host in listed} == {("10", "10")}
    triggers = deployment.cli("triggers", "--json", "--server", str(arm.server)).splitlines()
    assert [json.loads(line)["severity"] for line in triggers if json.loads(line)["id"] == "t"] == ["critical"]


def test_divided_hosts_are_applied_at_the_last_part(deployment, arm):
    for serial in range(3):
        answer = arm.call(
            "putHosts",
            {
                "hosts": [{"hostId": str(serial), "hostName": f"host {serial}"}],
                "updateType": "ALL",
                "divideInfo": {"isLast": serial == 2, "serialId": serial, "requestId": "r-1"},
            },
        )
        assert answer["result"] == "SUCCESS"
    assert deployment.cli("hosts", "--json", "--server", str(arm.server)).count("\n") == 3


def test_put_arm_info(deployment, arm):
    report = {
        "lastStatus": "NG", "failureReason": "no route", "lastSuccessTime": "", "lastFailureTime": "20260102030405.7",
        "numSuccess": 0, "numFailure": 3,
    }  # fmt: skip
    assert arm.call("putArmInfo", report)["result"] == "SUCCESS"
    assert "no route" in deployment.cli("arm", "status", "--json")
