"""One machine's worth of the product: authority, broker, server and agent, in a directory that goes away."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")


def machine_cpu_seconds():
    """CPU seconds of all cores since boot: with something to do, and without."""
    with open("/proc/stat") as file:
        numbers = [int(number) / TICKS for number in file.readline().split()[1:9]]
    idle = numbers[3] + numbers[4]
    return sum(numbers) - idle, idle


class Process:
    """A child whose CPU time and peak memory can be read while it runs."""

    def __init__(self, name, command, log, environment=None):
        self.name = name
        self.child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(environment or {})}
        )
        self.pid = self.child.pid

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mib(self, which="VmRSS"):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(which):
                return int(line.split()[1]) / 1024
        return 0.0

    def peak_mib(self):
        return self.memory_mib("VmHWM")

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(30)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class Deployment:
    """Use as a context manager; everything is started inside and gone afterwards."""

    def __init__(self, root, configuration="release", bin=None):
        self.root = root
        self.bin = bin or root / ".build" / configuration
        self.processes = []

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="hatohol-"))
        self.log = open(self.directory / "log", "wb")
        try:
            self._certificates()
            self._broker()
            self._server()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.stop()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def run(self, *command):
        result = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if result.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, command[:3]))} failed: {result.stderr.strip()}")
        return result.stdout

    def spawn(self, name, command, environment=None):
        process = Process(name, [str(part) for part in command], self.log, environment)
        self.processes.append(process)
        return process

    def _certificates(self):
        authority = self.directory / "ca"
        ca = self.bin / "hatohol-ca"
        self.run(ca, "init", "--base-directory", authority, "--no-passphrase")
        for kind, name in (("server", "localhost"), ("client", "node"), ("client", "hatohol")):
            self.run(
                ca, "issue", kind, "--base-directory", authority, "--host-name", name,
                "--output-directory", self.directory / name,
            )  # fmt: skip
        self.ca = authority / "ca-cert.pem"

    def tls(self, name):
        kind = "server" if name == "localhost" else "client"
        return self.directory / name / f"{kind}-cert.pem", self.directory / name / "key.pem"

    def _broker(self):
        certificate, key = self.tls("localhost")
        place = self.directory / "broker"
        launcher = self.spawn(
            "launcher",
            [self.root / "examples/private-broker", "--directory", place, "--ca", self.ca, "--cert", certificate,
             "--key", key, "--vhost", "hatohol", "--user", "node", "--user", "hatohol"],
        )  # fmt: skip
        ready = place / "broker.json"
        while not ready.exists():
            if launcher.child.poll() is not None:
                raise SystemExit(f"the broker did not start, see {self.directory / 'log'}")
            time.sleep(0.05)
        information = json.loads(ready.read_text())
        self.port = information["tlsPort"]
        broker = Process.__new__(Process)
        broker.name, broker.pid = "broker", information["brokerPid"]
        self.broker = broker

    def _server(self):
        self.data = self.directory / "data"
        self.add_server("node")
        self.start_server()

    def start_server(self):
        self.server = self.spawn("server", [self.bin / "hatohol-server", "--data-dir", self.data, "serve", "--listen", "127.0.0.1:0"])

    def administrator_link(self, seconds=60):
        """The link that signs in the first administrator, as `serve` prints it."""
        deadline = time.monotonic() + seconds
        marker = b"administrator, once: "
        while marker not in (text := (self.directory / "log").read_bytes()):
            if time.monotonic() > deadline:
                raise SystemExit("serve printed no link")
            time.sleep(0.05)
        return text.partition(marker)[2].split()[0].decode()

    def cli(self, *command):
        return self.run(self.bin / "hatohol-server", "--data-dir", self.data, *command)

    def add_server(self, queue, queue_type="durable", user="node"):
        """Registers a monitoring server whose arm is the broker's user `user`, or anybody if that is empty, and returns its id."""
        certificate, key = self.tls("hatohol")
        # The first release asks nobody, and does not know the option.
        is_asked = user != queue and "--arm-user" in self.run(self.bin / "hatohol-server", "server", "add", "--help")
        output = self.cli(
            "server", "add", "--nickname", queue, "--queue", queue, "--queue-type", queue_type, "--json",
            "--broker-url", f"amqps://localhost:{self.port}/hatohol",
            "--tls-ca", self.ca, "--tls-cert", certificate, "--tls-key", key, *(("--arm-user", user) if is_asked else ()),
        )  # fmt: skip
        return json.loads(output)["id"]

    def events(self, *options):
        return [json.loads(line) for line in self.cli("events", "list", "--json", *options).splitlines()]

    def agent(self, *options, queue="node", state=None, identity="node", port=None):
        """An agent with the three files in the directory `identity`, at the broker's port unless another one leads there."""
        certificate, key = self.tls(identity)
        authority = self.directory / identity / "ca-cert.pem"
        return self.spawn(
            "agent",
            [self.bin / "hap2-fluentd", "--amqp-broker", f"localhost:{port or self.port}", "--amqp-vhost", "hatohol",
             "--amqp-queue", queue, "--amqp-auth", "external", "--amqp-ssl-ca", authority, "--amqp-ssl-cert", certificate,
             "--amqp-ssl-key", key, "--state-dir", state or self.directory / "state", *options],
        )  # fmt: skip

    def database(self):
        """The server's database, or `None` before there is one."""
        return next(self.data.glob("*.sqlite"), None)

    def rows(self):
        """How many events are committed; cheap because rows are only ever appended here."""
        database = self.database()
        if database is None:
            return 0
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT coalesce(max(rowid), 0) FROM event").fetchone()[0]

    def wait_for_rows(self, count, watch, seconds=900):
        deadline = time.monotonic() + seconds
        while self.rows() < count:
            for process in watch:
                if process.child.poll() is not None:
                    raise SystemExit(f"{process.name} ended early:\n{(self.directory / 'log').read_text()[-2000:]}")
            if time.monotonic() > deadline:
                raise SystemExit(f"only {self.rows()} of {count} rows after {seconds} s")
            time.sleep(0.02)
