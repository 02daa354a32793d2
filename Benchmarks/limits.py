"""The two bare limits beside `end-to-end`: plain C loops over the same data, measured in the same run."""

import json
import subprocess
import threading
import time


def compiled(root, source, *libraries):
    """Builds a C program into .build/benchmarks and returns its path."""
    program = root / ".build/benchmarks" / source.stem
    program.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cc", "-O2", "-o", program, source, *libraries], check=True)
    return program


def transport(deployment, line, lines):
    """Events per second that plain librabbitmq pushes with confirms, in messages as the agent makes them."""
    program = compiled(deployment.root, deployment.root / "Benchmarks/transport-limit/transport-limit.c", "-lrabbitmq")
    body = deployment.directory / "body.json"
    events = [
        {
            "eventId": f"01JQZ0000000000000000000000-{number:019d}", "time": "20260102030405.000000000",
            "type": "UNKNOWN", "status": "UNKNOWN", "severity": "UNKNOWN", "hostId": "node", "hostName": "node",
            "brief": line(number),
        }
        for number in range(1000)
    ]  # fmt: skip
    request = {"jsonrpc": "2.0", "method": "putEvents", "params": {"events": events, "lastInfo": "0"}, "id": 1}
    body.write_text(json.dumps(request, separators=(",", ":")))
    certificate, key = deployment.tls("node")
    output = deployment.run(
        program, "--host", "localhost", "--port", deployment.port, "--vhost", "hatohol", "--queue", "limit",
        "--ca", deployment.ca, "--cert", certificate, "--key", key,
        "--body", body, "--count", lines // 1000, "--window", 16,
    )  # fmt: skip
    return json.loads(output)["messages_per_second"] * 1000


def store(deployment, lines):
    """Rows per second that a plain SQLite loop commits into the same schema, on the same disk."""
    program = compiled(deployment.root, deployment.root / "Benchmarks/store-limit/store_limit.c", "-lsqlite3")
    return json.loads(deployment.run(program, deployment.directory, lines))["rows_per_second"]


def together(deployment, line, lines):
    """Events per second of both loops running at the same time, up to the end of the slower: what is left of two limits that
    each had the machine to itself."""
    loops = [threading.Thread(target=transport, args=(deployment, line, lines)), threading.Thread(target=store, args=(deployment, lines))]
    start = time.monotonic()
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()
    return lines / (time.monotonic() - start)
