"""many-arms: what a registered arm costs, and whether an event costs the same whoever of many sends it."""

import json
import pathlib
import sqlite3
import subprocess
import time

import limits
from deployment import Deployment

PER_MESSAGE = 250


class Players:
    """The process that plays the arms; use as a context manager."""

    def __init__(self, deployment, arms, sending, turn):
        source = deployment.root / "Benchmarks/many-arms/many_arms.c"
        certificate, key = deployment.tls("node")
        command = [
            limits.compiled(deployment.root, source, "-lrabbitmq"), "--host", "localhost", "--port", deployment.port,
            "--vhost", "hatohol", "--ca", deployment.ca, "--cert", certificate, "--key", key, "--queue", "arm",
            "--run", turn, "--arms", arms, "--sending", sending, "--per-message", PER_MESSAGE,
        ]  # fmt: skip
        self.child = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self):
        if self._line() != "ready\n":
            raise SystemExit("the arms could not exchange profiles")
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait(60)

    def send(self, events):
        """Lets them send so many, and says what it took: events, seconds and their own CPU seconds."""
        self.child.stdin.write(f"{events}\n")
        self.child.stdin.flush()
        return json.loads(self._line())

    def _line(self):
        line = self.child.stdout.readline()
        if not line:
            raise SystemExit("the process that plays the arms ended early")
        return line


def register(deployment, count):
    """Registers arm0, arm1 … beside what is there: the first by its command, the others as copies of its row."""
    database = next(deployment.data.glob("*.sqlite"))
    with sqlite3.connect(database, timeout=60) as connection:
        have = connection.execute("SELECT count(*) FROM monitoring_server WHERE queue GLOB 'arm[0-9]*'").fetchone()[0]
    if have == 0:
        deployment.add_server("arm0", user="")
        have = 1
    with sqlite3.connect(database, timeout=60) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info (monitoring_server)")]
        kept = ", ".join(name for name in names if name not in ("id", "nickname", "queue"))
        connection.executemany(
            f"INSERT INTO monitoring_server (nickname, queue, {kept})"
            f" SELECT ?, ?, {kept} FROM monitoring_server WHERE queue = 'arm0'",
            [(f"arm{number}", f"arm{number}") for number in range(have, count)],
        )


def resident_kib(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    raise SystemExit(f"{process.name} has ended")


def idle_share(process, seconds):
    """The share of a core that a process takes while nobody sends."""
    time.sleep(3)
    before = process.cpu_seconds()
    time.sleep(seconds)
    return (process.cpu_seconds() - before) / seconds


def measure(deployment, arms, sending, events, turn, idle=None):
    """Figures of one round; `idle` asks for those of arms that do nothing, measured for so many seconds."""
    figures = {}
    register(deployment, arms)
    with Players(deployment, arms, sending, turn) as players:
        if idle is not None:
            figures["idle_cpu"] = (100 * idle_share(deployment.server, idle), "%")
            figures["resident_memory"] = (resident_kib(deployment.server) / 1024, "MiB")
        # The first message of an arm makes its hosts and its series known, which happens once in its life.
        players.send(sending * PER_MESSAGE)
        before = [process.cpu_seconds() for process in (deployment.server, deployment.broker)]
        rows = deployment.rows()
        done = players.send(events)
        after = [process.cpu_seconds() for process in (deployment.server, deployment.broker)]
        # The server may have added events of its own.
        if deployment.rows() < rows + done["events"]:
            raise SystemExit(f"{done['events']} events were answered, {deployment.rows() - rows} rows came")
    figures["events_per_second"] = (done["events"] / done["seconds"], "1/s")
    for name, first, last in zip(("server", "broker"), before, after):
        figures[f"{name}_cpu_per_million"] = ((last - first) / done["events"] * 1e6, "s")
    figures["players_cpu_per_million"] = (done["cpu_seconds"] / done["events"] * 1e6, "s")
    return figures


def run(root, options):
    sizes = sorted({size for size in (1, 10, 100) if size < options.arms} | {options.arms})
    with Deployment(root, bin=options.bin) as deployment:
        memory = {}
        # A round that does not count fills caches and lets the allocator find its size.
        measure(deployment, 1, 1, options.events // 4, 0)
        for turn, size in enumerate(sizes, 1):
            idle = options.idle_seconds if size in (sizes[0], sizes[-1]) else None
            figures = measure(deployment, size, size, options.events, turn, idle)
            if idle is not None:
                memory[size] = figures["resident_memory"][0] * 1024
            for metric, (value, unit) in figures.items():
                yield f"{size}_of_{size}_{metric}", value, unit
        few = max(options.arms // 10, 1)
        for metric, (value, unit) in measure(deployment, options.arms, few, options.events, len(sizes) + 1).items():
            yield f"{few}_of_{options.arms}_{metric}", value, unit
        if options.arms > 1:
            yield "memory_per_arm", (memory[sizes[-1]] - memory[sizes[0]]) / (sizes[-1] - sizes[0]), "KiB"
