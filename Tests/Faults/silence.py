"""Watches whether something stands still and nobody says so."""

import pathlib
import re
import subprocess
import threading
import time

STILL = 5  # seconds without progress that an operator should be told of
GRACE = 5  # more seconds, for an agent that looks only now and then, and for a busy machine
PIPED = ("child",)  # sources whose lines go through a pipe, which dies with its agent
SAID = re.compile(rb"^\S+ (notice|warning|error|critical) ", re.MULTILINE)


class Silence(threading.Thread):
    """A source stands still when it has lines that the store has not, and the store gets none of them.

    Then its agent must have a problem in its status, or it or the server must have written a warning since. An agent that
    is stopped, or has just been started, can say nothing and is left alone.
    """

    def __init__(self, system, writers, sources, progress):
        super().__init__(daemon=True)
        self.system = system
        self.writers = writers
        self.sources = sources  # for each agent the names of its sources
        self.progress = progress
        self.over = threading.Event()
        self.stalls = {}  # of each source that has lines waiting: since when, its lines in the store, and sizes of the logs then
        self.born = {}  # of each agent the process, and what its piped sources had written when that was first seen
        self.told = set()
        self.spoken = 0  # stalls that somebody has told of
        self.silent = []

    def run(self):
        while not self.over.wait(0.5):
            stored = self.progress.update()
            for agent, sources in self.sources.items():
                for source in sources:
                    self._look(agent, source, len(stored.get(source, ())))

    def _look(self, agent, source, count):
        now = time.monotonic()
        since, before, sizes = self.stalls.get(source, (now, None, None))
        if count != before or not self._is_waiting(agent, source, count) or not self._can_speak(agent):
            self.stalls[source] = (now, count, {name: self._size(name) for name in (agent, "server")})
            self.told.discard(source)
        elif now - since > STILL and source not in self.told:
            if self._has_spoken(agent, sizes):
                self.spoken += 1
                self.told.add(source)
            elif now - since > STILL + GRACE:
                self.told.add(source)
                self.silent.append(f"{source} stood still for {now - since:.0f} s after {count} lines, and nobody said so")

    def _is_waiting(self, agent, source, count):
        """What was in a pipe when the last process of the agent ended is gone, and nobody waits for it."""
        process = self.system.programs[agent].process
        pid = process and process.pid
        if self.born.get(agent, (None, {}))[0] != pid:
            self.born[agent] = (pid, {name: self.writers[name].written for name in PIPED if name in self.writers})
        written = self.writers[source].written
        return count < written and written > self.born[agent][1].get(source, 0)

    def _can_speak(self, agent):
        program = self.system.programs[agent]
        if not program.lock.acquire(blocking=False):
            return False
        try:
            process = program.process
            return process.child.poll() is None and time.time() - self._start(process.pid) > STILL
        except OSError:
            return False
        finally:
            program.lock.release()

    def _start(self, pid):
        return pathlib.Path(f"/proc/{pid}").stat().st_mtime

    def _size(self, name):
        return self.system.log_of(name).stat().st_size

    def _has_spoken(self, agent, sizes):
        for name, size in sizes.items():
            with open(self.system.log_of(name), "rb") as log:
                log.seek(size)
                if SAID.search(log.read()):
                    return True
        try:
            return self.system.status(agent)["problem"] is not None
        except (SystemExit, subprocess.SubprocessError, ValueError, KeyError):
            return False

    def finish(self):
        self.over.set()
        self.join()
