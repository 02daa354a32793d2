"""end-to-end: lines appended to a followed file until their rows are committed, beside two bare limits."""

import statistics
import time

import limits
from deployment import Deployment

LINE = "{number:08d} 2026-01-02T03:04:05.678901+09:00 web{host:03d} app[{pid}]: GET /api/v1/things/{thing} 200 {bytes} bytes in {ms} ms, cache miss, user agent ok\n"


def line(number):
    return LINE.format(
        number=number, host=number % 250, pid=1000 + number % 7, thing=number * 7919 % 100_003,
        bytes=number * 31 % 65_536, ms=number % 997,
    )  # fmt: skip


def write_lines(path, count):
    """Appends as fast as it can, in pieces of about a megabyte."""
    with open(path, "ab", buffering=0) as file:
        for first in range(0, count, 8000):
            file.write("".join(map(line, range(first, min(first + 8000, count)))).encode())


def measure(root, lines):
    with Deployment(root) as deployment:
        log = deployment.directory / "app.log"
        log.touch()
        agent = deployment.agent("--tail", log, "--from", "beginning")
        write_lines(log, 1000)
        deployment.wait_for_rows(1000, [agent, deployment.server])

        processes = [agent, deployment.broker, deployment.server]
        before = [process.cpu_seconds() for process in processes]
        prepared = deployment.directory / "prepared.log"
        write_lines(prepared, lines)
        content = prepared.read_bytes()
        prepared.unlink()

        start = time.monotonic()
        with open(log, "ab", buffering=0) as file:
            for offset in range(0, len(content), 1 << 20):
                file.write(content[offset : offset + (1 << 20)])
        deployment.wait_for_rows(1000 + lines, [agent, deployment.server])
        seconds = time.monotonic() - start

        figures = {"events_per_second": (lines / seconds, "1/s")}
        for process, earlier in zip(processes, before):
            used = process.cpu_seconds() - earlier
            figures[f"{process.name}_cpu_per_million"] = (used / lines * 1e6, "s")
            figures[f"{process.name}_peak_memory"] = (process.peak_mib(), "MiB")
        figures["transport_limit"] = (limits.transport(deployment, line, min(lines, 300_000)), "1/s")
        figures["store_limit"] = (limits.store(deployment, min(lines, 300_000)), "1/s")
        lower = min(figures["transport_limit"][0], figures["store_limit"][0])
        figures["limit_ratio"] = (figures["events_per_second"][0] / lower, "")
        return figures


def run(root, options):
    runs = [measure(root, options.lines) for _ in range(options.runs)]
    for metric, (_, unit) in runs[0].items():
        yield metric, statistics.median(figures[metric][0] for figures in runs), unit
