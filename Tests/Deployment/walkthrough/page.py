"""The commands of a page: what a reader types, where, and in which order."""

import re
import subprocess
from dataclasses import dataclass

HOST = re.compile(r"[Oo]n `([a-z0-9.-]+\.example\.com)`")


@dataclass(frozen=True)
class Command:
    """One command; `block` counts the blocks of the section from 1."""

    step: str
    host: str
    block: int
    text: str


def commands(page, section):
    """The commands in the indented blocks of a section; each belongs to the host that the text before it names last."""
    found, pending, inside, step, host, block, was_code = [], [], False, "", None, 0, False
    for line in page.splitlines():
        if line.startswith("## "):
            inside = line[3:] == section
        if not inside:
            continue
        is_code = line.startswith("    ") or (pending and not line)
        if is_code:
            block += not was_code
            pending.append(line[4:])
            if is_whole("\n".join(pending)):
                found.append(Command(step, host, block, "\n".join(pending)))
                pending = []
        elif pending:
            raise ValueError(f"the end of this command is missing: {pending}")
        elif line.startswith("### "):
            step = line[4:]
        elif named := HOST.findall(line):
            host = named[-1]
        was_code = is_code
    return found


def is_whole(text):
    """Whether a shell would run this; otherwise it waits for further lines."""
    if text.endswith("\\"):
        return False
    checked = subprocess.run(["bash", "-n"], input=text + "\n", capture_output=True, text=True)
    return checked.returncode == 0 and not checked.stderr
