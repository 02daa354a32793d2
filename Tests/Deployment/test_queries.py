"""The console's query language on the command line."""

import itertools
import json
import subprocess
import time

import pytest

numbers = itertools.count()


@pytest.fixture(scope="module")
def lines(deployment):
    """A monitoring server with four events of known texts; returns the condition that finds only its own."""
    name = f"queries-{next(numbers)}"
    server = deployment.add_server(name)
    log = deployment.directory / f"{name}.log"
    log.write_text("disk full on sda\nDisk full on sdb\nall is well\n100% of it\n")
    agent = deployment.agent("--tail", log, "--from", "beginning", queue=name, state=deployment.directory / f"{name}-state")
    deadline = time.monotonic() + 90
    while len(deployment.events("--server", str(server))) < 4:
        assert time.monotonic() < deadline and agent.child.poll() is None, "the events did not arrive"
        time.sleep(0.1)
    agent.stop()
    return f"server:{name}"


def briefs(deployment, *options):
    return {event["brief"] for event in deployment.events(*options)}


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", {"disk full on sda", "Disk full on sdb", "all is well", "100% of it"}),
        ('"disk full"', {"disk full on sda", "Disk full on sdb"}),
        ('"disk full" NOT sdb', {"disk full on sda"}),
        ("-text:full", {"all is well", "100% of it"}),
        ("(text:sda OR text:well) since:-1d", {"disk full on sda", "all is well"}),
        ("text:100%", {"100% of it"}),
        ("handling:done", set()),
        ("until:-1d", set()),
    ],
)
def test_it_finds_and_counts(deployment, lines, query, expected):
    whole = f"{lines} {query}".strip()
    assert briefs(deployment, whole) == expected
    assert int(deployment.cli("events", "count", whole)) == len(expected)
    assert json.loads(deployment.cli("events", "count", "--json", whole)) == {"count": len(expected)}


def test_it_joins_the_options(deployment, lines):
    assert briefs(deployment, lines, "--text", "full on SDA") == {"disk full on sda"}
    assert briefs(deployment, f"{lines} text:well", "--text", "full") == set()
    assert len(deployment.events("--limit", "3", lines)) == 3


@pytest.mark.parametrize("command", ["list", "count", "tail", "export"])
@pytest.mark.parametrize(
    "query, place, reason",
    [
        ("severity>=awful", 11, "awful is no severity"),
        ("host:web* (", 12, "a condition is missing here"),
        ('disk text:"full', 11, "the quotation mark is not closed"),
        ("colour:red", 1, "there is no field colour"),
        ("障害 (disk", 4, "the bracket is not closed"),
    ],
)
def test_a_mistake_is_pointed_at(deployment, command, query, place, reason):
    result = subprocess.run(
        [deployment.bin / "hatohol-server", "--data-dir", deployment.data, "events", command, query],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert result.returncode == 64 and not result.stdout
    assert f"The query is wrong at character {place}: {reason}" in result.stderr
