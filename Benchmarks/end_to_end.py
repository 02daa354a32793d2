"""end-to-end: lines appended to a followed file until their rows are committed, beside two bare limits."""

import statistics
import time

import limits
import load
from deployment import Deployment, machine_cpu_seconds


def measure(root, bin, lines):
    with Deployment(root, bin=bin) as deployment:
        log = deployment.directory / "app.log"
        log.touch()
        agent = deployment.agent("--tail", log, "--from", "beginning")
        load.append(log, load.lines(1000))
        deployment.wait_for_rows(1000, [agent, deployment.server])

        processes = [agent, deployment.broker, deployment.server]
        content = load.lines(lines)
        before = [process.cpu_seconds() for process in processes]
        machine = machine_cpu_seconds()

        start = time.monotonic()
        load.append(log, content)
        deployment.wait_for_rows(1000 + lines, [agent, deployment.server])
        seconds = time.monotonic() - start
        busy, idle = (now - then for now, then in zip(machine_cpu_seconds(), machine))

        figures = {"events_per_second": (lines / seconds, "1/s")}
        for process, earlier in zip(processes, before):
            used = process.cpu_seconds() - earlier
            figures[f"{process.name}_cpu_per_million"] = (used / lines * 1e6, "s")
            figures[f"{process.name}_peak_memory"] = (process.peak_mib(), "MiB")
        figures["machine_cpu_per_million"] = (busy / lines * 1e6, "s")
        figures["machine_idle"] = (100 * idle / (busy + idle), "%")
        figures["transport_limit"] = (limits.transport(deployment, load.line, min(lines, 300_000)), "1/s")
        figures["store_limit"] = (limits.store(deployment, min(lines, 300_000)), "1/s")
        figures["limits_together"] = (limits.together(deployment, load.line, min(lines, 300_000)), "1/s")
        lower = min(figures["transport_limit"][0], figures["store_limit"][0])
        figures["limit_ratio"] = (figures["events_per_second"][0] / lower, "")
        return figures


def run(root, options):
    runs = [measure(root, options.bin, options.lines) for _ in range(options.runs)]
    for metric, (_, unit) in runs[0].items():
        yield metric, statistics.median(figures[metric][0] for figures in runs), unit
