"""Short runs of the faults and of the cuts of power, so that what reliability.md says of the long ones stays true."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT


def test_no_line_is_lost_or_doubled():
    check("run", "--seed", "20", "--faults", "24", "--seconds", "40")


@pytest.mark.skipif(
    not all(os.access(device, os.W_OK) for device in ("/dev/fuse", "/dev/loop-control")), reason="no FUSE or no loop devices"
)
def test_no_line_is_lost_or_doubled_when_the_power_is_cut():
    check("power-loss", "--seed", "1", "--cuts", "8")


def check(program, *options):
    command = [sys.executable, ROOT / "Tests/Faults" / program, *options,
               "--bin", ROOT / ".build/debug", "--keep", ROOT / "Tests/artefacts"]  # fmt: skip
    result = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
    if result.returncode == 77:
        pytest.skip(result.stdout)
    assert result.returncode == 0, result.stdout
