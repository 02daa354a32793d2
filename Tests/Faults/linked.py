"""Sources behind symbolic links, and links that change."""

import os
import time

from writers import FileWriter


class LinkedWriter(FileWriter):
    """A link to a file in another directory, as a container's log is; it is changed to a new file, the old one stays where it is."""

    def open(self):
        self.targets = self.path.parent.parent / f"{self.source}-targets"
        self.targets.mkdir(exist_ok=True)
        self.renew()

    def target(self):
        return self.targets / f"{self.generation}.log"

    def renew(self):
        target = self.target()
        self.file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        fresh = self.path.parent.parent / f"{self.source}.fresh"
        os.symlink(target, fresh)
        os.rename(fresh, self.path)  # at one moment, so that the name is never missing
        self.first = self.written + 1

    def rotate(self):
        """Makes a new file and lets the link point to it; the caller holds `quiet`."""
        self.generation += 1
        os.close(self.file)
        self.renew()


class AliasedWriter(LinkedWriter):
    """A link to a file beside it. A pattern matches both, so that each file has two names, one after the other."""

    def target(self):
        return self.path.parent / f"{self.path.name}.{self.generation}"


class Links:
    """`linked` changes only when all of the old file is in the store, because nothing leads there afterwards; `aliased` at any time."""

    def __init__(self, faults):
        self.faults = faults

    def rows(self):
        return [("link changed", 4, ["linked", "aliased"], self.change)]

    def change(self, target, random):
        writer = self.faults.writers[target]
        if target == "aliased":
            times = random.choice([1, 2, 6])
            for _ in range(times):
                with writer.quiet:
                    writer.rotate()
                time.sleep(random.choice([0, 0.05, 0.3]))
            return f"{times} times, to a file beside it"
        with writer.quiet:
            if not self.faults.wait(lambda: self.faults.progress.has_all(target, writer.written), 8):
                return None
            writer.rotate()
        return f"to a file elsewhere, after line {writer.written}"
