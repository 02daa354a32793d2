"""hap2-fluentd receives what a real rsyslog sends: by UDP, TCP and TLS with certificates on both sides."""

import contextlib
import itertools
import socket
import subprocess
import time

import pytest

from reference_server import ReferenceServer

COUNT = 200
numbers = itertools.count()

CONFIGURATION = """
global(workDirectory="{place}" DefaultNetstreamDriverCAFile="{ca}"
       DefaultNetstreamDriverCertFile="{certificate}" DefaultNetstreamDriverKeyFile="{key}")
module(load="imuxsock" SysSock.Use="off")
"""
ROUTE = """
input(type="imuxsock" Socket="{place}/{name}" Ruleset="{name}")
ruleset(name="{name}") {{
    action(type="omfwd" target="localhost" port="{port}" action.resumeRetryCount="-1" action.resumeInterval="1" {options})
}}
"""
OLD, NEW = 'template="RSYSLOG_TraditionalForwardFormat"', 'template="RSYSLOG_SyslogProtocol23Format"'
TLS = 'StreamDriver="{driver}" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"'
ROUTES = {
    "udp": f'protocol="udp" {OLD}',
    "tcp": f'protocol="tcp" {OLD}',
    "counted": f'protocol="tcp" TCP_Framing="octet-counted" {NEW}',
    "openssl": f'protocol="tcp" TCP_Framing="octet-counted" {NEW} {TLS.format(driver="ossl")}',
    "gnutls": f'protocol="tcp" TCP_Framing="octet-counted" {NEW} {TLS.format(driver="gtls")}',
}


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.1)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def texts(events):
    """What the messages say: rsyslog's RFC 5424 template writes a space before the text, which is kept."""
    return [event["brief"].strip() for event in events]


@contextlib.contextmanager
def rsyslog(place, tls, ports):
    ca, certificate, key = tls
    text = CONFIGURATION.format(place=place, ca=ca, certificate=certificate, key=key)
    for name, port in ports.items():
        text += ROUTE.format(place=place, name=name, port=port, options=ROUTES[name])
    (place / "rsyslog.conf").write_text(text)
    command = ["rsyslogd", "-n", "-f", place / "rsyslog.conf", "-i", place / "rsyslog.pid"]
    with open(place / "rsyslog.log", "wb") as log:
        child = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        until(lambda: all((place / name).exists() for name in ports))
        yield
    finally:
        child.terminate()
        child.wait(30)


@pytest.mark.parametrize("names", [["udp"], ["tcp", "counted"], ["openssl"], ["gnutls"]], ids="-".join)
def test_every_message_of_rsyslog_becomes_an_event(deployment, names):
    base = f"rsyslog-{next(numbers)}"
    place = deployment.directory / base
    place.mkdir()
    is_datagram = names == ["udp"]
    transport = "udp" if is_datagram else "tls" if names[0] in ("openssl", "gnutls") else "tcp"
    port = free_port(socket.SOCK_DGRAM if is_datagram else socket.SOCK_STREAM)
    certificate, key = deployment.tls("localhost")
    with ReferenceServer(deployment.port, deployment.ca, *deployment.tls("hatohol"), "hatohol", base) as server:
        agent = deployment.agent(
            "--syslog", f"{transport}://127.0.0.1:{port}", "--listen-tls-cert", certificate, "--listen-tls-key", key,
            "--listen-tls-ca", deployment.ca, "--amqp-queue-type", "transient", queue=base, state=place / "state",
        )  # fmt: skip
        if is_datagram:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                # Datagrams to a port that nobody has bound yet are lost, by design; so ask until somebody answers.
                until(lambda: probe.sendto(b"<15>probe", ("127.0.0.1", port)) and server.events)
        else:
            until(lambda: accepts(port))
        with rsyslog(place, (deployment.ca, *deployment.tls("node")), dict.fromkeys(names, port)):
            for name in names:
                lines = "".join(f"{name} straße {number}\n" for number in range(COUNT))
                subprocess.run(
                    ["logger", "-u", place / name, "-p", "auth.err", "-t", "probe"], input=lines.encode(), check=True
                )
            wanted = {f"{name} straße {number}" for name in names for number in range(COUNT)}
            until(lambda: wanted <= set(texts(server.events)))
        agent.stop()
    received = [text for text in texts(server.events) if text in wanted]
    for name in names:
        assert [text for text in received if text.startswith(f"{name} ")] == [f"{name} straße {n}" for n in range(COUNT)]
    events = [event for event in server.events if event["brief"].strip() in wanted]
    assert {(event["severity"], event["status"], event["type"]) for event in events} == {("ERROR", "NG", "BAD")}
