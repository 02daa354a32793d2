"""codec: our reader and writer of putEvents against Foundation's Codable, on the same bytes in one run."""

import json
import subprocess


def run(root, options):
    package = root / "Benchmarks/codec"
    for module in ("HAPI", "JSONRPC"):
        link = package / "Sources" / module
        link.unlink(missing_ok=True)
        link.symlink_to(f"../../../Sources/{module}")
    command = ["swift", "run", "--configuration", "release", "--quiet", "codec"]
    output = subprocess.run(command, cwd=package, check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in output.splitlines():
        if line.startswith("{"):
            figure = json.loads(line)
            yield figure["metric"], figure["value"], figure["unit"]
