"""A node enrols, and what it was given is all that its agent needs."""

import json
import subprocess
import time

import pytest


def until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def service(deployment):
    """The enrolment service of the deployment's authority: its URL and its fingerprint."""
    program = subprocess.Popen(
        [str(deployment.bin / "hatohol-ca"), "serve", "--listen", "127.0.0.1:0", "--host-name", "localhost",
         "--base-directory", str(deployment.directory / "ca"), "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=deployment.log, text=True,
    )  # fmt: skip
    try:
        line = program.stdout.readline()
        assert line, "the service ended"
        yield json.loads(line)
    finally:
        program.terminate()
        program.wait(60)


def enrol(deployment, service, directory, name, pattern):
    """What `hatohol-ca enroll` says, run as a node that knows URL, fingerprint and registration key alone."""
    registration = deployment.directory / f"{directory}.registration"
    deployment.run(
        deployment.bin / "hatohol-ca", "key", "add", "--base-directory", deployment.directory / "ca",
        "--name", pattern, "--out", registration,
    )  # fmt: skip
    return subprocess.run(
        [str(deployment.bin / "hatohol-ca"), "enroll", "--url", service["url"], "--fingerprint", service["fingerprint"],
         "--key-file", str(registration), "--host-name", name,
         "--output-directory", str(deployment.directory / directory)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180,
    )  # fmt: skip


def test_an_enrolled_node_delivers_a_line(deployment, service):
    done = enrol(deployment, service, "enrolled", "node", "nod?")
    assert done.returncode == 0, done.stderr
    place = deployment.directory / "enrolled"
    assert sorted(file.name for file in place.iterdir()) == ["ca-cert.pem", "client-cert.pem", "key.pem"]
    assert (place / "client-cert.pem").read_bytes() != deployment.tls("node")[0].read_bytes()

    deployment.add_server("enrolled")
    tried = deployment.agent("--test-connection", queue="enrolled", identity="enrolled", state=place / "state")
    assert tried.child.wait(120) == 0, (deployment.directory / "log").read_text()[-2000:]

    log = place / "app.log"
    line = "a line of a node that enrolled"
    log.write_text(f"{line}\n")
    agent = deployment.agent(
        "--tail", log, "--from", "beginning", queue="enrolled", identity="enrolled", state=place / "state"
    )
    try:
        until(lambda: any(event["brief"] == line for event in deployment.events("--text", line)))
        assert agent.child.poll() is None
    finally:
        agent.stop()


def test_a_name_beyond_the_key_is_refused(deployment, service):
    done = enrol(deployment, service, "refused", "hatohol", "nod?")
    assert done.returncode == 1 and "hatohol" in done.stderr, done.stderr
    assert not (deployment.directory / "refused" / "client-cert.pem").exists()
