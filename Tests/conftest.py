"""What the tests written in Python share."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "Tests/Deployment"), str(ROOT / "Tests/Interoperability")]

from deployment import Deployment  # noqa: E402


@pytest.fixture(scope="session")
def deployment():
    """Authority, broker, server and certificates, shared by the tests; each test has queues of its own."""
    with Deployment(ROOT, "debug") as shared:
        yield shared
