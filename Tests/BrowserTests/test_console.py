"""The console of a running server: used in a browser as a person would, and its API held against its own document."""

import os
import pathlib
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time

import axe_core_python
import pytest

from api_conformance import make_key
from conftest import ROOT
from deployment import Deployment

HERE = pathlib.Path(__file__).resolve().parent
AXE = pathlib.Path(axe_core_python.__file__).parent / "axe.min.js"


@pytest.fixture
def console():
    """A server of its own, because the link for the first administrator works once."""
    with Deployment(ROOT, "debug") as own:
        yield own


def until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def run(directory, *command):
    environment = {**os.environ, "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"}
    result = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=environment, cwd=directory
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_person_at_work(console):
    log = console.directory / "app.log"
    log.touch()
    console.agent("--tail", log, "--from", "beginning")
    # Debian's selenium fits Debian's Chromium, and belongs to Debian's Python.
    run(console.directory, "/usr/bin/python3", HERE / "console_in_browser.py", console.administrator_link(), "--log", log,
        "--screenshots", ROOT / "Tests/artefacts", "--axe", AXE)  # fmt: skip


def test_a_live_list_never_lies(console):
    socket = console.directory / "syslog"
    console.agent("--syslog", f"unix-stream:{socket}")
    until(socket.exists, "the syslog source")
    run(console.directory, "/usr/bin/python3", HERE / "live_in_browser.py", console.administrator_link(),
        "--syslog", socket, "--axe", AXE)  # fmt: skip


def test_the_api_keeps_to_its_document(console):
    # What the document's examples name, so that they succeed.
    log = console.directory / "app.log"
    log.write_text("a line\n")
    console.agent("--tail", log, "--from", "beginning")
    with sqlite3.connect(console.database()) as database:
        database.execute("INSERT INTO item VALUES (1, 'cpu', 'web1', 'CPU load', 0, '0.42', '')")
    until(lambda: console.rows() >= 1, "the event")
    run(console.directory, sys.executable, HERE / "api_conformance.py", console.administrator_link(),
        "--max-examples", "20", "--phases", "examples,coverage,fuzzing")  # fmt: skip


def test_the_plugin_exits_as_plugins_do(console, tmp_path):
    (tmp_path / "log").touch()
    console.agent("--tail", tmp_path / "log")
    link = console.administrator_link()
    base = link.split("/sign-in")[0]
    key = tmp_path / "key"
    key.write_text(make_key(link, base, scope="read") + "\n")

    def check(*options):
        command = [ROOT / "examples/check_hatohol", "-u", base, "-k", key, *options]
        result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        assert result.stdout.count("\n") == 1 and not result.stderr, result
        return result.returncode, result.stdout

    until(lambda: check()[0] == 0, "the arm's connection")
    assert check()[1] == (
        "HATOHOL OK - 0 problems (0 critical), 0 arms not connected | problems=0;0;;0 critical=0;;;0 stale_arms=0;;;0\n"
    )
    assert check("-w", "@0")[0] == 1
    assert check("-c", "1:")[0] == 2
    assert check("-w", "~:5", "--min-severity", "warning", "--host", "nobody")[0] == 0
    for text in ("--help", "--version"):  # the plugin guidelines: these say nothing about the server
        shown = subprocess.run([ROOT / "examples/check_hatohol", text], capture_output=True, text=True)
        assert shown.returncode == 3 and "check_hatohol" in shown.stdout, shown
    for wrong in (["-w", "5:1"], ["--min-severity", "awful"], ["-u", "ftp://localhost"], ["-k", tmp_path / "none"]):
        assert check(*wrong)[0] == 3, wrong
    key.write_text("wrong\n")
    assert check()[0] == 3
    assert check("-u", "http://127.0.0.1:9")[0] == 2


def test_a_replaced_certificate_is_served_after_sighup(console):
    certificate, key = console.tls("localhost")
    data = console.directory / "https"
    server = console.spawn("https", [
        console.bin / "hatohol-server", "--data-dir", data, "serve", "--listen", "127.0.0.1:0",
        "--console-cert", certificate, "--console-key", key, "--console-client-ca", console.ca,
    ])  # fmt: skip
    log = console.directory / "log"
    until(lambda: "address=https://" in log.read_text(), "the console")
    port = int(re.search(r"address=https://127\.0\.0\.1:(\d+)", log.read_text())[1])

    def serial(name="node"):
        context = ssl.create_default_context(cafile=console.ca)
        if name:
            context.load_cert_chain(*console.tls(name))
        with socket.create_connection(("127.0.0.1", port), 30) as raw:
            with context.wrap_socket(raw, server_hostname="localhost") as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                assert b" 200 " in connection.recv(4096)
                return connection.getpeercert()["serialNumber"]

    first = serial()
    with pytest.raises(OSError):
        serial(None)  # with TLS 1.3 the refusal comes with the first answer
    fresh = console.directory / "fresh"
    console.run(console.bin / "hatohol-ca", "issue", "server", "--base-directory", console.directory / "ca",
                "--host-name", "localhost", "--output-directory", fresh)  # fmt: skip
    (fresh / "key.pem").replace(key)
    server.child.send_signal(signal.SIGHUP)
    until(lambda: "goes on with its old certificate" in log.read_text(), "the refusal of a key that does not fit")
    assert serial() == first
    (fresh / "server-cert.pem").replace(certificate)
    server.child.send_signal(signal.SIGHUP)
    until(lambda: serial() != first, "the new certificate")
