"""The page for newcomers, word for word: its commands bring an event from a node to the server."""

import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(HERE / "walkthrough"))

from hosts import obstacle  # noqa: E402
from page import commands  # noqa: E402


def test_the_page_leads_to_an_event():
    if reason := obstacle():
        pytest.skip(f"no hosts of our own here: {reason}")
    done = subprocess.run(
        [HERE / "walkthrough/walk"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ERROR" in done.stdout.splitlines()[-1], done.stdout


def test_commands_are_taken_as_they_are_printed():
    page = """
## Elsewhere

    not this

## Here

### 1. One

On `a.example.com`:

    first --option \\
        'value'
    cat > file <<'END'
    text

    more
    END

Then, on `b.example.com`:

    second && third

## After

    nor this
"""
    found = commands(page, "Here")
    assert [(one.step, one.host, one.block) for one in found] == [
        ("1. One", "a.example.com", 1), ("1. One", "a.example.com", 1), ("1. One", "b.example.com", 2)
    ]  # fmt: skip
    assert [one.text for one in found] == [
        "first --option \\\n    'value'", "cat > file <<'END'\ntext\n\nmore\nEND", "second && third"
    ]  # fmt: skip
