"""The arm of examples/tiny-arm, run once against our server and once against one with the original's habits."""

import itertools
import json
import os
import time

import pytest

from peer import HAPIError
from reference_server import ReferenceServer

numbers = itertools.count()


@pytest.fixture
def base():
    return f"tiny-arm-{next(numbers)}"


def start(deployment, base):
    certificate, key = deployment.tls("node")
    return deployment.spawn(
        "tiny-arm",
        [deployment.bin / "tiny-arm", "--amqp-broker", f"localhost:{deployment.port}", "--amqp-vhost", "hatohol",
         "--amqp-queue", base, "--amqp-queue-type", "transient", "--amqp-auth", "external",
         "--amqp-ssl-ca", deployment.ca, "--amqp-ssl-cert", certificate, "--amqp-ssl-key", key, "/"],
    )  # fmt: skip


def until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.05)
    return value


def test_against_our_server(deployment, base):
    server = str(deployment.add_server(base, queue_type="transient"))
    arm = start(deployment, base)

    def listed(what):
        return [json.loads(line) for line in deployment.cli(what, "--json", "--server", server).splitlines()]

    trigger = until(lambda: next((one for one in listed("triggers") if one["triggerId"] == "/"), None))
    assert trigger["hostId"] == "local" and trigger["brief"].startswith("/ is ")
    assert [host["hostName"] for host in listed("hosts") if host["hostId"] == "local"] == ["local"]
    assert "1 item" in deployment.cli("fetch", "items", server)
    (item,) = listed("items")
    used = os.statvfs("/")
    assert abs(int(item["lastValue"]) - (100 - used.f_bavail * 100 // used.f_blocks)) <= 5
    assert "1 trigger" in deployment.cli("fetch", "triggers", server)
    arm.stop()
    assert arm.child.returncode == 0


def test_against_a_server_with_the_habits_of_the_original(deployment, base):
    with ReferenceServer(deployment.port, deployment.ca, *deployment.tls("hatohol"), "hatohol", base) as server:
        arm = start(deployment, base)

        def puts(method):
            return [params for name, params in server.puts if name == method]

        until(lambda: puts("putArmInfo"))
        assert puts("putHosts") == [{"hosts": [{"hostId": "local", "hostName": "local"}], "updateType": "ALL"}]
        assert [trigger["triggerId"] for trigger in puts("putTriggers")[0]["triggers"]] == ["/"]
        answer = server.call("fetchItems", {"fetchId": "4294967295"}, identifier=0xFFFF_FFFF)
        assert answer["result"] == "SUCCESS" and answer["id"] == 0xFFFF_FFFF
        (items,) = until(lambda: puts("putItems"))
        assert items["fetchId"] == "4294967295" and items["items"][0]["itemId"] == "/"
        assert server.call("fetchTriggers", {"fetchId": "1", "hostIds": ["local"]})["result"] == "SUCCESS"
        until(lambda: any(put.get("fetchId") == "1" for put in puts("putTriggers")))
        assert server.call("fetchHistory", {"fetchId": "2"})["error"]["code"] == -32601

        # It exchanges profiles at an odd time, and everything comes anew.
        server.exchange()
        until(lambda: len(puts("putHosts")) == 2)
        server.refuse = ["FAILURE", HAPIError(-32603, "no luck")]
        server.exchange()
        until(lambda: not server.refuse and len(puts("putHosts")) >= 3)
        arm.stop()
        assert arm.child.returncode == 0
