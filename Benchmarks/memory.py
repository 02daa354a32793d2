"""memory: resident memory of the agent over time, at full rate and with a full spool whose broker is away."""

import os
import statistics
import time
from unittest import mock

import load
from deployment import Deployment
from feeder import Feeder
from lone_agent import LoneAgent

POINTS = 10  # of the course that is shown
LARGEST_APPEND = 4 << 20  # bytes; what does not fit any more waits


def run(root, options):
    yield from at_full_rate(root, options)
    yield from with_full_spool(options)


def at_full_rate(root, options):
    # Old events make room, or a long run would fill the disk.
    retention = mock.patch.dict(os.environ, HATOHOL_RETENTION_EVENTS="1000000")
    with retention, Deployment(root, bin=options.bin) as deployment:
        log = deployment.directory / "app.log"
        load.append(log, load.lines(1000))
        agent = deployment.agent("--tail", log, "--from", "beginning")
        deployment.wait_for_rows(1000, [agent, deployment.server])
        feeder = Feeder(deployment.directory / "state", log)
        course = []
        start, first = time.monotonic(), feeder.accepted
        while (elapsed := time.monotonic() - start) < options.minutes * 60:
            feeder.feed()
            course.append((elapsed, agent.memory_mib()))
            time.sleep(0.02)
        yield "events_per_second_accepted", (feeder.accepted - first) / elapsed, "1/s"
        yield from shown("full_rate", course, agent)


def with_full_spool(options):
    with LoneAgent(options.bin, limit=f"{options.backlog}MiB") as agent:
        log = agent.directory / "app.log"
        load.append(log, load.lines(1000))
        agent.start("--tail", log, "--from", "beginning")
        agent.wait(lambda status: status["nextSequence"] > 1000)
        feeder = Feeder(agent.state, log)
        course = []
        start, full_at = time.monotonic(), None
        while full_at is None or time.monotonic() < full_at + options.minutes * 30:
            answer = feeder.feed()
            if full_at is None and answer["spoolLimit"] - answer["spooledBytes"] < LARGEST_APPEND:
                full_at = time.monotonic()
            course.append((time.monotonic() - start, agent.process.memory_mib()))
            time.sleep(0.02)
        yield from shown("full_spool", course, agent.process)
        agent.process.stop()
        agent.start("--tail", log, "--from", "beginning")
        yield "full_spool_opened_again_peak", agent.process.peak_mib(), "MiB"


def shown(name, course, process):
    """The course in equal parts, and the peak."""
    end = course[-1][0]
    for point in range(POINTS):
        part = [memory for at, memory in course if point <= at / end * POINTS <= point + 1]
        if part:
            yield f"{name}_at_{100 * (point + 1) // POINTS}%", statistics.median(part), "MiB"
    yield f"{name}_peak", process.peak_mib(), "MiB"
