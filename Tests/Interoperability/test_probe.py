"""`hatohol-server probe` in both parts, against peers with the originals' habits."""

import itertools
import json
import queue
import subprocess
import threading

import pytest

from reference_arm import ReferenceArm
from reference_server import ReferenceServer

numbers = itertools.count()


@pytest.fixture
def base():
    return f"probe-{next(numbers)}"


class Probe:
    """The program, its input and what it has printed."""

    def __init__(self, deployment, part, base):
        certificate, key = deployment.tls("hatohol")
        command = [
            deployment.bin / "hatohol-server", "probe", "--as", part, "--json", "--queue", base,
            "--queue-type", "transient", "--broker-url", f"amqps://localhost:{deployment.port}/hatohol",
            "--tls-ca", deployment.ca, "--tls-cert", certificate, "--tls-key", key,
        ]  # fmt: skip
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.put(json.loads(line))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait(30)

    def say(self, line):
        self.child.stdin.write(line + "\n")

    def wait_for(self, direction, *words):
        """The first line from now on that goes this way and has these words."""
        while True:
            line = self.lines.get(timeout=60)
            if line["direction"] == direction and all(word in line["message"] for word in words):
                return json.loads(line["message"])


def test_as_an_arm(deployment, base):
    with ReferenceServer(deployment.port, deployment.ca, *deployment.tls("node"), "hatohol", base) as server:
        with Probe(deployment, "arm", base) as probe:
            probe.wait_for("sent", "exchangeProfile")
            probe.wait_for("received", '"name":"hatohol"')
            probe.say("getMonitoringServerInfo")
            assert probe.wait_for("received", "nickName")["result"]["nickName"] == "reference"
            probe.say('putHosts {"hosts":[],"updateType":"ALL"}')
            assert probe.wait_for("received", "SUCCESS")["result"] == "SUCCESS"
            assert ("putHosts", {"hosts": [], "updateType": "ALL"}) in server.puts
            assert server.call("fetchItems", {"fetchId": "1"})["result"] == "SUCCESS"
            assert probe.wait_for("received", "fetchItems")["params"] == {"fetchId": "1"}


def test_as_a_server(deployment, base):
    with ReferenceArm(deployment.port, deployment.ca, *deployment.tls("node"), "hatohol", base) as arm:
        with Probe(deployment, "server", base) as probe:
            probe.wait_for("received", "Hap2ReferenceMain")
            assert arm.sign_on()["nickName"] == "probe"
            assert arm.put_event("1", "ディスク") == "SUCCESS"
            assert probe.wait_for("received", "putEvents")["params"]["events"][0]["brief"] == "ディスク"
            probe.say('fetchItems {"fetchId":"7"}')
            assert probe.wait_for("received", "SUCCESS")["result"] == "SUCCESS"
            assert arm.fetches == [("fetchItems", {"fetchId": "7"})]
