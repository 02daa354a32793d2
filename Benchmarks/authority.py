"""authority: signatures a second on one core, and how long an authority of 100,000 certificates takes to answer."""

import pathlib
import random
import statistics
import subprocess
import tempfile
import time

ROWS = 100_000
SIGNATURES = 200


def timed(*command, rounds=1):
    """Seconds of wall clock, the median of some rounds; 2 is how `expiring` ends when it finds something."""
    seconds = []
    for _ in range(rounds):
        start = time.monotonic()
        status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False).returncode
        seconds.append(time.monotonic() - start)
        assert status in (0, 2), f"{command} ended with {status}"
    return statistics.median(seconds)


def fill(base):
    """An authority with as many certificates on record as a large fleet has, renewed once a year for some years."""
    now = time.time()
    numbers = random.Random(1)
    with open(base / "CA/index.txt", "w") as index, open(base / "CA/hatohol/details", "a") as details:
        for row in range(ROWS):
            end = time.strftime("%y%m%d%H%M%SZ", time.gmtime(now + numbers.randrange(-400, 397) * 86_400))
            serial = f"{numbers.getrandbits(158) | 1 << 158:040X}"
            name = f"node{row % 40_000}.example.com"
            status, revoked = ("R", "260101000000Z,superseded") if row % 50 == 0 else ("V", "")
            index.write(f"{status}\t{end}\t{revoked}\t{serial}\tunknown\t/O=client/CN={name}\n")
            details.write(f"{serial}\tprofile=client\tnames=DNS:{name}\n")


def run(root, options):
    program = str(root / ".build/release/hatohol-ca")
    with tempfile.TemporaryDirectory(prefix="hatohol-authority-") as directory:
        directory = pathlib.Path(directory)
        base = directory / "ca"
        place = ["--base-directory", str(base)]
        subprocess.run([program, "init", "--no-passphrase", *place], check=True, stdout=subprocess.DEVNULL)
        request = ["create", "client", "--host-name", "node1", "--output-directory", str(directory)]
        subprocess.run([program, *request], check=True, stdout=subprocess.DEVNULL)

        def sign(number, core="0"):
            out = str(directory / f"{number}.pem")
            command = [program, "sign", "client", str(directory / "req.pem"), "--out", out, *place]
            return timed("taskset", "--cpu-list", core, *command)

        seconds = sum(sign(number) for number in range(SIGNATURES))
        yield "certificates signed, one core, a process each", SIGNATURES / seconds, "per second"

        fill(base)
        listing = timed(program, "list", *place, rounds=options.runs)
        yield "list, 100,000 certificates", listing, "s"
        yield "expiring, 100,000 certificates", timed(program, "expiring", "--within", "30", *place, rounds=options.runs), "s"
        yield "crl, 100,000 certificates, 2,000 revoked", timed(program, "crl", *place, rounds=options.runs), "s"
        yield "sign, 100,000 certificates", statistics.median(sign(f"late{n}") for n in range(options.runs)), "s"
