"""A short run of the faults, so that what reliability.md says of the long ones stays true."""

import subprocess
import sys

from conftest import ROOT


def test_no_line_is_lost_or_doubled():
    command = [sys.executable, ROOT / "Tests/Faults/run", "--seed", "20", "--faults", "24", "--seconds", "40",
               "--bin", ROOT / ".build/debug", "--keep", ROOT / "Tests/artefacts"]  # fmt: skip
    result = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
    assert result.returncode == 0, result.stdout
