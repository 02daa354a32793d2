"""intake: records per second from a file, syslog over TCP and Forward into the spool; nobody takes them from there."""

import socket
import statistics
import threading
import time

import load
from lone_agent import LoneAgent, free_port


def run(root, options):
    for name, measure in (("file", file), ("syslog", syslog), ("forward", forward)):
        figures = [measure(options.bin, options.lines) for _ in range(options.runs)]
        yield f"{name}_records_per_second", statistics.median(rate for rate, _, _ in figures), "1/s"
        yield f"{name}_cpu_per_million", statistics.median(cpu for _, cpu, _ in figures), "s"
        yield f"{name}_peak_memory", statistics.median(memory for _, _, memory in figures), "MiB"


def measured(agent, count, send):
    """Times `send`, which returns when it is done, and then waits until the spool has everything."""
    before = agent.process.cpu_seconds()
    start = time.monotonic()
    send()
    agent.wait(lambda status: status["nextSequence"] > count)
    seconds = time.monotonic() - start
    return count / seconds, (agent.process.cpu_seconds() - before) / count * 1e6, agent.process.peak_mib()


def file(bin, count):
    content = load.lines(count)
    with LoneAgent(bin) as agent:
        log = agent.directory / "app.log"
        log.touch()
        agent.start("--tail", log, "--from", "beginning")
        agent.wait(lambda status: status["files"])
        return measured(agent, count, lambda: load.append(log, content))


def syslog(bin, count):
    content = load.syslog(count)
    port = free_port()
    with LoneAgent(bin) as agent:
        agent.start("--syslog", f"tcp://127.0.0.1:{port}")
        with connection(port) as peer:
            return measured(agent, count, lambda: peer.sendall(content))


def forward(bin, count):
    """Sends without waiting for the acknowledgements, as several senders together do, and ends with the last of them."""
    content, chunks = load.forward(count, "intake")
    port = free_port()
    with LoneAgent(bin) as agent:
        agent.start("--forward", f"127.0.0.1:{port}")
        with connection(port) as peer:
            answers = threading.Thread(target=take, daemon=True, args=(peer, chunks * len(b"\x81\xa3ack\xb1intake-0000000000")))

            def send():
                answers.start()
                peer.sendall(content)
                answers.join()

            return measured(agent, count, send)


def take(peer, size):
    """Reads so many bytes, or to the end."""
    while size > 0:
        size -= len(peer.recv(65536)) or size


def connection(port):
    """A connection to the agent, as soon as it listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
