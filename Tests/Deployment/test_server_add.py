"""What `server add` refuses, because `serve` could not use it later."""

import pathlib
import subprocess

import pytest

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / ".build/debug/hatohol-server"


@pytest.mark.parametrize("missing", ["ca", "cert", "key"])
def test_files_that_cannot_be_read_are_refused(tmp_path, missing):
    options = []
    for name in ("ca", "cert", "key"):
        if name != missing:
            (tmp_path / f"{name}.pem").write_text("")
        options += [f"--tls-{name}", f"{name}.pem"]

    def run(*command):
        return subprocess.run(
            [PROGRAM, "--data-dir", tmp_path / "data", *command],
            cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    added = run(
        "server", "add", "--nickname", "web1", "--queue", "web1", "--broker-url", "amqps://broker.example.com/hatohol", *options
    )
    assert added.returncode == 1 and not added.stdout
    assert f"--tls-{missing}: cannot read {tmp_path}/{missing}.pem: No such file or directory" in added.stderr
    (tmp_path / f"{missing}.pem").write_text("")
    assert run(
        "server", "add", "--nickname", "web1", "--queue", "web1", "--broker-url", "amqps://broker.example.com/hatohol", *options
    ).stdout == "1\n"  # fmt: skip
