"""catch-up: a backlog after an outage of the server drains while new lines come; beside it the rate without a backlog.

Two kinds of backlog: large batches, as a fast source makes them, and batches of one line each, as a slow one does.
"""

import bisect
import contextlib
import json
import sqlite3
import threading
import time

import far
import load
from deployment import Deployment
from feeder import Feeder
from lone_agent import status

RATE = 1000  # new lines a second
SINGLE_MIB = 48  # of the backlog of single lines


def run(root, options):
    with Deployment(root, bin=options.bin) as deployment, far.Link(deployment.port, options.round_trip) as link:
        backlog, drained, waits, peak = after_an_outage(deployment, link.port, options.backlog)
    # Into an empty store again, and as much: a store takes the first million events faster than the third.
    with Deployment(root, bin=options.bin) as deployment, far.Link(deployment.port, options.round_trip) as link:
        plain = without_a_backlog(deployment, link.port, backlog)
    singles = min(SINGLE_MIB, options.backlog)
    with Deployment(root, bin=options.bin) as deployment, far.Link(deployment.port, options.round_trip) as link:
        large = rate_of_a_backlog(deployment, link.port, singles, repack=False)
    with Deployment(root, bin=options.bin) as deployment, far.Link(deployment.port, options.round_trip) as link:
        single = rate_of_a_backlog(deployment, link.port, singles, repack=True)

    yield "events_in_backlog", backlog, ""
    yield "plain_rate", plain, "1/s"
    yield "drain_rate", drained, "1/s"
    yield "drain_ratio", drained / plain, ""
    yield "new_lines", len(waits), ""
    yield "longest_wait_of_a_new_line", max(waits), "s"
    yield "longest_wait_in_the_last_second", max(waits[-RATE:]), "s"
    yield "agent_peak_memory", peak, "MiB"
    yield "drain_rate_of_single_lines", single, "1/s"
    yield "single_line_drain_ratio", single / large, ""


def after_an_outage(deployment, port, mebibytes):
    """Returns how many events waited, how many a second drained, the waits of new lines, and the agent's peak memory."""
    state = deployment.directory / "state"
    log, fresh = deployment.directory / "app.log", deployment.directory / "fresh.log"
    fresh.touch()
    # Room for the backlog and for what comes while it drains.
    limit = f"{mebibytes * 2 + 64}MiB"
    agent = started(deployment, port, log, "--tail", fresh, "--spool-limit", limit)

    deployment.server.stop()
    before = deployment.rows()
    backlog = fill(state, log, mebibytes << 20)
    writer = Writer(fresh)
    deployment.start_server()
    seen = watch(deployment, before + 1)
    begin = seen[-1][0]
    seen += watch(deployment, before + backlog)
    drained = (seen[-1][1] - before) / (seen[-1][0] - begin)
    # Lines that waited behind the backlog, and then some that meet none any more.
    seen += watch(deployment, before + backlog + len(writer.written) + 3 * RATE)
    writer.stop()
    seen += watch(deployment, before + backlog + len(writer.written))
    return backlog, drained, waits_of(writer, seen, deployment), agent.peak_mib()


def rate_of_a_backlog(deployment, port, mebibytes, repack):
    """Returns how many lines a second become rows when an agent starts with a backlog, if wanted of one line in each batch."""
    state, log = deployment.directory / "state", deployment.directory / "app.log"
    agent = started(deployment, port, log)
    deployment.server.stop()
    before = deployment.rows()
    backlog = fill(state, log, mebibytes << 20)
    agent.stop()
    if repack:
        single_lines(state)
    deployment.start_server()
    deployment.agent("--tail", log, "--from", "beginning", port=port)
    seen = watch(deployment, before + 1)
    begin = seen[-1]
    seen += watch(deployment, before + backlog)
    return (seen[-1][1] - begin[1]) / (seen[-1][0] - begin[0])


def single_lines(state):
    """Divides the batches in a spool, as if each line had come on its own."""
    # Closed at the end, as the agent wants the file for itself.
    with contextlib.closing(sqlite3.connect(state / "spool.sqlite")) as spool, spool:
        for first, payload in spool.execute("SELECT firstSequence, payload FROM batch").fetchall():
            events = json.loads(payload)["events"]
            spool.execute("DELETE FROM batch WHERE firstSequence = ?", [first])
            rows = []
            for number, event in enumerate(events):
                params = {"events": [event], "lastInfo": event["eventId"]}
                rows.append((first + number, 1, json.dumps(params, separators=(",", ":"), ensure_ascii=False).encode()))
            spool.executemany("INSERT INTO batch VALUES (?, ?, ?)", rows)


def without_a_backlog(deployment, port, lines):
    """Returns how many lines a second become rows while nothing stands in their way."""
    log = deployment.directory / "app.log"
    agent = started(deployment, port, log)
    content = load.lines(lines)
    before, start = deployment.rows(), time.monotonic()
    load.append(log, content)
    deployment.wait_for_rows(before + lines, [agent, deployment.server])
    return lines / (time.monotonic() - start)


def started(deployment, port, log, *options):
    """Starts an agent that follows a file, and waits until its first lines are rows."""
    log.touch()
    agent = deployment.agent("--tail", log, "--from", "beginning", *options, port=port)
    load.append(log, load.lines(1000))
    deployment.wait_for_rows(1000, [agent, deployment.server])
    return agent


def fill(state, log, bytes):
    """Writes lines until the spool holds so many bytes, and returns how many lines that took."""
    feeder = Feeder(state, log)
    first = feeder.written
    while feeder.feed()["spooledBytes"] < bytes:
        time.sleep(0.01)
    while status(state)["nextSequence"] <= feeder.written:
        time.sleep(0.01)
    return feeder.written - first


def watch(deployment, last, seconds=900):
    """Waits for a row and returns which was the newest when, on the way."""
    seen = []
    deadline = time.monotonic() + seconds
    while not seen or seen[-1][1] < last:
        seen.append((time.time(), deployment.rows()))
        if time.monotonic() > deadline:
            raise SystemExit(f"only {seen[-1][1]} of {last} rows after {seconds} s")
        time.sleep(0.01)
    return seen


def waits_of(writer, seen, deployment):
    """Seconds from the write of each new line to its row being seen, in the order they were written."""
    times, newest = [time for time, _ in seen], [row for _, row in seen]
    waits = []
    # The server's own events are rows, too: the very last lines may not have been waited for.
    query = "SELECT rowid, brief FROM event WHERE brief LIKE 'fresh %' AND rowid <= ? ORDER BY rowid"
    with sqlite3.connect(f"file:{deployment.database()}?mode=ro", uri=True) as connection:
        for row, brief in connection.execute(query, [newest[-1]]):
            waits.append(times[bisect.bisect_left(newest, row)] - writer.written[int(brief[6:14])])
    return waits


class Writer:
    """Writes lines at a steady rate and notes when."""

    def __init__(self, path):
        self.path, self.written, self.is_done = path, [], False
        self.thread = threading.Thread(target=self.write, daemon=True)
        self.thread.start()

    def write(self):
        start = time.time()
        with open(self.path, "ab", buffering=0) as file:
            while not self.is_done:
                if (wait := start + len(self.written) / RATE - time.time()) > 0:
                    time.sleep(wait)
                self.written.append(time.time())
                file.write(b"fresh %08d, a line that is written while a backlog drains\n" % (len(self.written) - 1))

    def stop(self):
        self.is_done = True
        self.thread.join()
