"""State directories that are put back from an older copy, or copied to a second agent."""

import shutil
import signal
import threading
import time

from writers import FileWriter


class CloneWriter(FileWriter):
    """The log on the second machine; nobody writes there before it exists."""

    def __init__(self, name, seed, path):
        super().__init__(name, seed, path)
        self.begun = threading.Event()

    def burst(self, count):
        if self.begun.is_set():
            super().burst(count)


class Spools:
    """Lines that were read after the copy was made are read again, and come twice: their numbers are kept in `reread`.

    None may be missing: what the copy knows as delivered was delivered, and what it does not know stands in the files. There
    are two, so that their lines are read in another order the second time: numbers given out again mean other lines.
    """

    SOURCES = ("spare", "second")

    def __init__(self, faults):
        self.faults = faults
        self.system = faults.system
        self.state = self.system.directory / "state-spare"
        self.copy = self.system.directory / "state-copy"
        self.stored = {}  # what the store held of each source when the copy was made
        self.reread = {}

    def rows(self):
        return [("spool restored", 3, ["spare"], self.restore), ("spool cloned", 2, ["spare"], self.clone)]

    def restore(self, target, random):
        """A copy, and some seconds later the copy in place of the directory."""
        program = self.system.programs[target]
        if not self._copy(program, random):
            return None
        time.sleep(random.choice([1, 6, 12]) * (0.5 + random.random()))
        with program.lock:
            program.down(random.choice([signal.SIGKILL, signal.SIGTERM]))
            for source in self.SOURCES:
                writer = self.faults.writers[source]
                again = set(range(1, writer.written + writer.LARGEST)) - self.stored[source]
                self.reread[source] = self.reread.get(source, set()) | again
            shutil.rmtree(self.state)
            self.copy.rename(self.state)
            program.up()
        return f"after line {writer.written}"

    def clone(self, target, random):
        """Once in a run: a second agent with a copy of the directory and a log of its own, at the same queue."""
        writer = self.faults.writers["clone"]
        if writer.begun.is_set():
            return None
        if not self._copy(self.system.programs[target], random):
            return None
        self.copy.rename(self.system.directory / "state-clone")
        self.system.start_agent("clone", "--tail", writer.path, "--from", "beginning", queue=target)
        writer.begun.set()
        return "a second agent goes on with a copy"

    def part(self):
        """At the end, since both agents say it: one at a time uses the queue, first the clone until all it has is stored.

        Until then each takes half of the answers to the other, and neither is sure to get on.
        """
        clone = self.system.programs.get("clone")
        if clone is None:
            return
        original = self.system.programs["spare"]
        with original.lock:
            original.down()
            writer = self.faults.writers["clone"]
            self.faults.wait(lambda: self.faults.progress.has_all("clone", writer.written), 120)
            clone.down()
            original.up()

    def _copy(self, program, random):
        """Ends the agent for a copy; false when it has no spool yet."""
        if not self.faults.wait((self.state / "spool.sqlite").exists, 20):
            return False
        with program.lock:
            program.down(random.choice([signal.SIGKILL, signal.SIGTERM]))
            shutil.rmtree(self.copy, ignore_errors=True)
            shutil.copytree(self.state, self.copy, ignore=shutil.ignore_patterns("*.socket"))
            stored = self.faults.progress.update()
            self.stored = {source: set(stored.get(source, ())) for source in self.SOURCES}
            program.up()
        return True
