"""console: what pages take when the store holds 1, 10, 100 million events and nothing else happens."""

import pathlib
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


def run(root, options):
    server = options.bin / "hatohol-server"
    for rows in options.rows:
        with tempfile.TemporaryDirectory(prefix="hatohol-console-", dir=options.directory) as directory:
            data, log = pathlib.Path(directory) / "data", pathlib.Path(directory) / "log"
            fill(root, server, data, rows)
            with open(log, "wb") as output:
                command = [server, "--data-dir", data, "serve", "--listen", "127.0.0.1:0"]
                process = Process("server", [str(part) for part in command], output)
                try:
                    for name, median, slow in reader.measure(reader.Reader(link(log)), options.rounds):
                        yield f"{rows:,}: {name}, p50", median, "ms"
                        yield f"{rows:,}: {name}, p99", slow, "ms"
                    yield f"{rows:,}: server's memory", process.peak_mib(), "MiB"
                finally:
                    process.stop()
            yield f"{rows:,}: database", (data / "hatohol.sqlite").stat().st_size / 2**20, "MiB"
