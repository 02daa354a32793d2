"""console: what pages take when the store holds 1, 10, 100 million events and nothing else happens."""

import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

import limits
import reader
from deployment import Process


def fill(root, server, data, rows):
    """Makes a store with so many events; it has one monitoring server, whose broker is nowhere."""
    subprocess.run(
        [server, "--data-dir", data, "server", "add", "--nickname", "node", "--queue", "node", "--broker-url",
         "amqp://localhost:1/none", "--json"],
        check=True, capture_output=True,
    )  # fmt: skip
    generate(root, data, rows)


def generate(root, data, rows):
    begin = time.monotonic()
    program = limits.compiled(root, root / "Benchmarks/events/events.c", "-lsqlite3")
    subprocess.run([program, data / "hatohol.sqlite", str(rows)], check=True)
    print(f"made {rows:,} events in {time.monotonic() - begin:.0f} s", file=sys.stderr)


def link(log, seconds=120):
    """The link that signs in the first administrator, as `serve` prints it."""
    marker, deadline = b"administrator, once: ", time.monotonic() + seconds
    while marker not in (text := log.read_bytes()):
        if time.monotonic() > deadline:
            raise SystemExit(f"serve printed no link:\n{text.decode()[-2000:]}")
        time.sleep(0.05)
    return text.partition(marker)[2].split()[0].decode()


def index(database, server):
    """Waits until the texts of all events are indexed, and yields what that took."""
    begin, used, size = time.monotonic(), server.cpu_seconds(), database.stat().st_size
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        while (counters := dict(connection.execute("SELECT name, value FROM counter"))).get("text") != counters["event"]:
            time.sleep(0.1)
    seconds, events = time.monotonic() - begin, counters["event"]
    yield "texts indexed", events / seconds, "1/s"
    yield "indexing a text, CPU", (server.cpu_seconds() - used) / events * 1e6, "µs"
    yield "indexing a text, disk", (database.stat().st_size - size) / events, "bytes"


def run(root, options):
    server = options.bin / "hatohol-server"
    for rows in options.rows:
        with tempfile.TemporaryDirectory(prefix="hatohol-console-", dir=options.directory) as directory:
            data, log = pathlib.Path(directory) / "data", pathlib.Path(directory) / "log"
            fill(root, server, data, rows)
            with open(log, "wb") as output:
                command = [server, "--data-dir", data, "serve", "--listen", "127.0.0.1:0"]
                command += ["--text-search"] if options.text_search else []
                process = Process("server", [str(part) for part in command], output)
                try:
                    person = reader.Reader(link(log))
                    if options.text_search:
                        for name, value, unit in index(data / "hatohol.sqlite", process):
                            yield f"{rows:,}: {name}", value, unit
                    for name, value, unit in reader.measure(person, options.rounds):
                        yield f"{rows:,}: {name}", value, unit
                    yield f"{rows:,}: server's memory", process.peak_mib(), "MiB"
                finally:
                    process.stop()
            yield f"{rows:,}: database", (data / "hatohol.sqlite").stat().st_size / 2**20, "MiB"
