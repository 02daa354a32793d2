"""idle: what an agent costs that is connected, follows a file and has nothing to do."""

import pathlib
import time

from deployment import Deployment


def run(root, options):
    with Deployment(root, bin=options.bin) as deployment:
        log = deployment.directory / "app.log"
        log.write_bytes(b"one line\n")
        agent = deployment.agent("--tail", log, "--from", "beginning")
        deployment.wait_for_rows(1, [agent, deployment.server])
        time.sleep(5)  # what was started is done with its own affairs by then
        before = account(agent.pid)
        time.sleep(options.seconds)
        after = account(agent.pid)
        memory = agent.memory_mib()
    yield "cpu_of_a_core", 100 * (after[0] - before[0]) / options.seconds, "%"
    yield "wakeups_per_second", (after[1] - before[1]) / options.seconds, "1/s"
    yield "memory", memory, "MiB"


def account(pid):
    """CPU seconds, finer than the kernel's ticks, and how often a thread went to sleep, over all threads."""
    seconds, sleeps = 0.0, 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        seconds += int((task / "schedstat").read_text().split()[0]) / 1e9
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                sleeps += int(line.split()[1])
    return seconds, sleeps
