"""codec: our reader and writer of putEvents against Foundation's Codable, on the same bytes in one run."""

import json
import subprocess


def run(root, options):
    command = ["swift", "run", "--configuration", "release", "--quiet", "codec"]
    output = subprocess.run(command, cwd=root / "Benchmarks/codec", check=True, capture_output=True, text=True).stdout
    for line in output.splitlines():
        if line.startswith("{"):
            figure = json.loads(line)
            yield figure["metric"], figure["value"], figure["unit"]
