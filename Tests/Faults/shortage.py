"""Strangers who take descriptors: they connect and say nothing."""

import contextlib
import re
import resource
import socket
import time

CONNECTIONS = 400
ADDRESS = re.compile(rb"console address=http://127\.0\.0\.1:(\d+)")


class Descriptors:
    """All programs have few descriptors from their start, see `System.DESCRIPTORS`; here those run out that strangers may have."""

    def __init__(self, faults):
        self.faults = faults
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def rows(self):
        return [("silent strangers", 4, ["files", "server"], self.crowd)]

    def crowd(self, target, random):
        port, seconds = self._port(target), random.choice([1, 4, 10]) * (0.5 + random.random())
        count = 0
        with contextlib.ExitStack() as strangers:
            with contextlib.suppress(OSError):  # it is not there at the moment, or lets nobody wait any more
                while count < CONNECTIONS:
                    strangers.enter_context(socket.create_connection(("127.0.0.1", port), 5))
                    count += 1
            if count == 0:
                return None
            time.sleep(seconds)
        return f"{count} connections for {seconds:.1f} s"

    def _port(self, target):
        if target == "files":
            return self.faults.writers["forward"].client.port
        with open(self.faults.system.log_of("server"), "rb") as log:
            ports = ADDRESS.findall(log.read())
        return int(ports[-1]) if ports else 0
