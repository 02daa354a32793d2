"""The console of a running server: used in a browser as a person would, and its API held against its own document."""

import os
import pathlib
import subprocess
import sys

import pytest

from conftest import ROOT
from deployment import Deployment

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture
def console():
    """A server of its own, because the link for the first administrator works once."""
    with Deployment(ROOT, "debug") as own:
        yield own


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
        "--screenshots", ROOT / "Tests/artefacts")  # fmt: skip


def test_the_api_keeps_to_its_document(console):
    run(console.directory, sys.executable, HERE / "api_conformance.py", console.administrator_link(),
        "--max-examples", "20", "--phases", "examples,coverage,fuzzing")  # fmt: skip
