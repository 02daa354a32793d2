"""Programs that may open no further file for a while."""

import os
import resource
import time


class Descriptors:
    def __init__(self, faults):
        self.faults = faults

    def rows(self):
        return [("no descriptors left", 4, ["files", "child", "odd", "server"], self.take)]

    def take(self, target, random):
        program = self.faults.system.programs[target]
        with program.lock:
            process = program.process
        spare = random.choice([0, 1, 4])
        seconds = random.choice([1, 4, 10]) * (0.5 + random.random())
        try:
            highest = max(map(int, os.listdir(f"/proc/{process.pid}/fd")))
            soft, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (highest + 1 + spare, hard))
            time.sleep(seconds)
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (soft, hard))
        except (ProcessLookupError, FileNotFoundError, ValueError):  # it was killed meanwhile, and its successor has all of them
            return None
        return f"{spare} more than it had, for {seconds:.1f} s"
