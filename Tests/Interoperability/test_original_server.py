"""hap2-fluentd against a server with the original's habits."""

import itertools
import time

import pytest

from peer import HAPIError
from reference_server import ReferenceServer

numbers = itertools.count()


@pytest.fixture
def base():
    return f"original-server-{next(numbers)}"


def serve(deployment, base):
    return ReferenceServer(deployment.port, deployment.ca, *deployment.tls("hatohol"), "hatohol", base)


def follow(deployment, base):
    """An agent on transient queues that follows a file of its own."""
    place = deployment.directory / base
    place.mkdir()
    log = place / "app.log"
    log.touch()
    agent = deployment.agent(
        "--tail", log, "--from", "beginning", "--amqp-queue-type", "transient", queue=base, state=place / "state"
    )
    return agent, log


def until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.05)


def write(log, *lines):
    with open(log, "a") as file:
        file.writelines(f"{line}\n" for line in lines)


def test_every_line_arrives_in_order(deployment, base):
    with serve(deployment, base) as server:
        agent, log = follow(deployment, base)
        write(log, *(f"line {number}" for number in range(2500)))
        until(lambda: len(server.events) >= 2500)
        agent.stop()
    assert [event["brief"] for event in server.events] == [f"line {number}" for number in range(2500)]
    assert all(event["hostId"] for event in server.events)


def test_failure_and_errors_are_answered_by_sending_again(deployment, base):
    with serve(deployment, base) as server:
        server.refuse = ["FAILURE", HAPIError(-32603, "no luck"), "FAILURE"]
        agent, log = follow(deployment, base)
        write(log, "one", "two")
        until(lambda: {"one", "two"} <= {event["brief"] for event in server.events})
        agent.stop()
    identifiers = [event["eventId"] for event in server.events]
    assert len(identifiers) == len(set(identifiers)) or {"one", "two"} == {event["brief"] for event in server.events}


def test_a_server_that_exchanges_at_odd_times(deployment, base):
    with serve(deployment, base) as server:
        agent, log = follow(deployment, base)
        write(log, "before")
        until(lambda: server.events)
        for number in range(3):
            profile = server.exchange()
            assert {"exchangeProfile", "updateMonitoringServerInfo"} <= set(profile["procedures"])
            write(log, f"after {number}")
        until(lambda: {"after 0", "after 1", "after 2"} <= {event["brief"] for event in server.events})
        agent.stop()


def test_unknown_fetches_are_refused_with_the_standard_error(deployment, base):
    with serve(deployment, base) as server:
        agent, log = follow(deployment, base)
        write(log, "x")
        until(lambda: server.events)
        answer = server.call("fetchItems", {"fetchId": "1"})
        assert answer["error"]["code"] == -32601
        agent.stop()


def test_a_server_that_forgot_the_profiles(deployment, base):
    with serve(deployment, base) as server:
        agent, log = follow(deployment, base)
        write(log, "first")
        until(lambda: server.events)
        server.established = False
        write(log, "second")
        until(lambda: "second" in {event["brief"] for event in server.events})
        agent.stop()


def test_arm_info_is_a_heartbeat(deployment, base):
    with serve(deployment, base) as server:
        agent, log = follow(deployment, base)
        write(log, "x")
        until(lambda: any(method == "putArmInfo" for method, _ in server.puts))
        agent.stop()
