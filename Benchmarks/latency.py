"""latency: a steady thousand lines a second, or --rate; from the write of a line to its row being visible to a reader."""

import sqlite3
import threading
import time

import far
from deployment import Deployment

RATE = 1000
SECONDS = 20


def run(root, options):
    rate = options.rate or RATE
    with Deployment(root, bin=options.bin) as deployment, far.Link(deployment.port, options.round_trip) as link:
        log = deployment.directory / "app.log"
        log.touch()
        agent = deployment.agent("--tail", log, "--from", "beginning", port=link.port)
        with open(log, "ab", buffering=0) as file:
            file.write(b"warm up\n")
            deployment.wait_for_rows(1, [agent, deployment.server])
            written = []
            writer = threading.Thread(target=write, args=(file, written, rate))
            writer.start()
            seen = watch(deployment, rate * SECONDS + 1)
            writer.join()
    yield "written_per_second", len(written) / (written[-1] - written[0]), "1/s"
    yield "delivered_per_second", len(written) / (seen[len(written) + 1] - written[0]), "1/s"
    waits = sorted(seen[row] - written[row - 2] for row in range(2, len(written) + 2))
    for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1)):
        yield name, 1000 * waits[min(int(len(waits) * share), len(waits) - 1)], "ms"


def write(file, written, rate):
    start = time.monotonic()
    for number in range(rate * SECONDS):
        due = start + number / rate
        if (wait := due - time.monotonic()) > 0:
            time.sleep(wait)
        written.append(time.monotonic())
        file.write(b"line %08d of a steady stream of lines that an application writes to its log\n" % number)


def watch(deployment, last):
    """The time at which each row was first seen, by row number."""
    database = next(deployment.data.glob("*.sqlite"))
    seen, highest = {}, 1
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        while highest < last:
            row = connection.execute("SELECT coalesce(max(rowid), 0) FROM event").fetchone()[0]
            now = time.monotonic()
            for number in range(highest + 1, row + 1):
                seen[number] = now
            highest = max(highest, row)
            time.sleep(0.0005)
    return seen
