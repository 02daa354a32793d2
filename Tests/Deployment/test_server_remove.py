"""`server remove` asks whoever sits at a terminal, because all events of the server go with it."""

import os
import pathlib
import pty
import subprocess

import pytest

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / ".build/debug/hatohol-server"


@pytest.mark.parametrize(
    "answer, is_removed", [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("\x04", False)], ids=repr
)
def test_it_asks_at_a_terminal(tmp_path, answer, is_removed):
    def command(*words, stdin=subprocess.DEVNULL):
        return subprocess.run(
            [PROGRAM, "--data-dir", tmp_path, "server", *words], stdin=stdin, capture_output=True, text=True, timeout=60
        )

    assert command("add", "--nickname", "web1", "--queue", "web1", "--broker-url", "amqp://localhost/x").stdout == "1\n"
    person, terminal = pty.openpty()
    try:
        os.write(person, answer.encode())
        removed = command("remove", "1", stdin=terminal)
    finally:
        os.close(person)
        os.close(terminal)
    assert "remove server 1 (web1) and its 0 events for good? [y/N]" in removed.stderr
    assert removed.returncode == (0 if is_removed else 1)
    assert ("web1" in command("list").stdout) != is_removed
    assert ("nothing was removed" in removed.stderr) != is_removed
