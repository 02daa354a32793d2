"""Manual pages and completions, made from the programs, judged by the programs that read them."""

import json
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ["hap2-fluentd", "hatohol-ca", "hatohol-server"]


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done


def path(program):
    return str(ROOT / ".build/debug" / program)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    directory = tmp_path_factory.mktemp("man")
    run(str(ROOT / "docs/man/make"), "--output", str(directory), *map(path, PROGRAMS))
    return directory


def commands(command):
    yield command
    for one in command.get("subcommands", []):
        yield from commands(one)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_page_is_clean(pages, program):
    page = str(pages / f"{program}.1")
    lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True, timeout=60)
    assert lint.stdout == "" and lint.returncode == 0, lint.stdout
    done = run("man", "--warnings", "-l", "-Tutf8", page, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
    assert done.stderr == ""
    text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    for section in ("NAME", "SYNOPSIS", "OPTIONS", "SEE ALSO"):
        assert f"\n{section}\n" in text


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_page_has_every_option(pages, program):
    root = json.loads(run(path(program), "--experimental-dump-help").stdout)["command"]
    text = (pages / f"{program}.1").read_text().replace("\\-", "-")
    names = 0
    for command in commands(root):
        if command["commandName"] == "help" or not command.get("shouldDisplay", True):
            continue
        for argument in command.get("arguments", []):
            for name in argument.get("names", []) if argument.get("shouldDisplay", True) else []:
                names += 1
                assert f"\\fB{'-' if name['kind'] != 'long' else '--'}{name['name']}\\fR" in text, name
    assert names > 10


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_read_by_their_shell(tmp_path, program, shell):
    script = tmp_path / f"_{program}"
    script.write_text(run(path(program), "--generate-completion-script", shell).stdout)
    if shell == "bash":
        assert program in run("bash", "-c", f"source '{script}' && complete -p {program}").stdout
    else:
        run(shell, "-n", str(script))


def test_completions_complete(tmp_path):
    script = tmp_path / "completions"
    script.write_text(run(path("hatohol-ca"), "--generate-completion-script", "bash").stdout)
    bash = f"""source '{script}'
        COMP_LINE='hatohol-ca iss' COMP_POINT=14 COMP_WORDS=(hatohol-ca iss) COMP_CWORD=1 COMP_TYPE=9
        _hatohol-ca hatohol-ca iss hatohol-ca; echo "${{COMPREPLY[*]}}" """
    assert "issue" in run("bash", "-c", bash).stdout
    script.write_text(run(path("hatohol-ca"), "--generate-completion-script", "fish").stdout)
    fish = run("fish", "--no-config", "-c", f"source '{script}'; complete -C 'hatohol-ca sign '").stdout
    assert {"client", "server", "ca"} <= {line.split("\t")[0] for line in fish.splitlines()}
