"""An agent whose broker cannot be reached: what it accepts stays in its spool."""

import json
import pathlib
import shutil
import socket
import tempfile
import time

from deployment import Process

NOBODY = "127.0.0.1:1"  # nothing listens there


def status(state):
    """What a running agent says about itself, or `None` while it says nothing."""
    with socket.socket(socket.AF_UNIX) as peer:
        try:
            peer.connect(str(state / "status.socket"))
            answer = b"".join(iter(lambda: peer.recv(65536), b""))
        except OSError:
            return None
    return json.loads(answer) if answer else None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LoneAgent:
    """Use as a context manager; the process and its directory are gone afterwards."""

    def __init__(self, bin, limit="8GiB"):
        self.bin, self.limit = bin, limit

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="hatohol-"))
        self.state = self.directory / "state"
        self.log = open(self.directory / "log", "wb")
        self.process = None
        return self

    def start(self, *options):
        """Starts it and waits until it can be asked."""
        command = [self.bin / "hap2-fluentd", "--amqp-broker", NOBODY, "--state-dir", self.state,
                   "--spool-limit", self.limit, *options]  # fmt: skip
        self.process = Process("agent", [str(part) for part in command], self.log)
        self.wait(lambda _: True)

    def __exit__(self, *_):
        if self.process is not None:
            self.process.stop()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def wait(self, condition, seconds=600, pause=0.005):
        """Waits until the agent's own account of itself fulfils a condition, and returns that account."""
        deadline = time.monotonic() + seconds
        while True:
            if self.process.child.poll() is not None:
                raise SystemExit(f"the agent ended early:\n{(self.directory / 'log').read_text()[-2000:]}")
            answer = status(self.state)
            if answer is not None and condition(answer):
                return answer
            if time.monotonic() > deadline:
                raise SystemExit(f"the agent did not get there in {seconds} s: {answer}")
            time.sleep(pause)
