"""The faults: each is done to one or more targets, lasts a while, and undoes itself."""

import os
import signal
import sqlite3
import threading
import time

import oracle
from lines import parse


class Progress:
    """Reads how far each source has come in the store; the last answer stands while the store cannot be read."""

    def __init__(self, database):
        self.database = database
        self.last_id = 0
        self.stored = {}
        self.lock = threading.Lock()

    def update(self):
        with self.lock:
            try:
                with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=2) as connection:
                    rows = connection.execute("SELECT id, brief FROM event WHERE id > ?", (self.last_id,))
                    for id, brief in rows:
                        self.last_id = max(self.last_id, id)
                        if place := parse(brief):
                            self.stored.setdefault(place[0], set()).add(place[1])
            except sqlite3.Error:
                pass
            return self.stored

    def has(self, source, number):
        return number in self.update().get(source, ())

    def has_all(self, source, last):
        return len(self.update().get(source, ())) >= last


class Faults:
    """`table` maps the name of a fault to its weight, its targets and what does it; other modules add rows of their own."""

    def __init__(self, system, writers, random, progress):
        self.system = system
        self.writers = writers
        self.random = random
        self.progress = progress
        self.busy = set()
        self.lock = threading.Lock()
        self.counts = {}
        self.skipped = {}
        self.broken = []
        self.start = time.monotonic()
        self.table = self._table()

    def _table(self):
        agents = list(self.system.AGENTS)
        mortal = [name for name in agents if name not in self.system.IMMORTAL]
        links = ["server", *agents]
        table = [
            ("agent killed", 8, mortal, self._kill),
            ("agent stopped for a while", 4, agents, self._pause),
            ("agent restarted", 2, mortal, self._restart),
            ("server killed", 6, ["server"], self._kill),
            ("server stopped for a while", 3, ["server"], self._pause),
            ("server restarted", 2, ["server"], self._restart),
            ("broker killed", 2, ["broker"], self._kill_broker),
            ("broker lost its queues", 2, ["broker"], self._lose_queues),
            ("broker stopped for a while", 3, ["broker"], self._pause_broker),
            ("connections reset", 8, links, self._reset),
            ("blackhole", 6, links, self._blackhole),
            ("slow link", 3, links, self._slow),
            ("long way", 3, links, self._lengthen),
            ("file rotated", 5, ["once", "often"], self._rotate),
            ("file truncated", 4, ["once"], self._truncate),
            ("child ended", 4, ["child process"], self._end_child),
            ("file rotated by copying", 4, ["copied"], self._copy),
            ("file rotated and compressed", 5, ["compressed"], self._compress),
            ("certificate replaced", 3, ["node", "hatohol", "localhost"], self._certificate),
            ("certificate expired", 2, ["node", "hatohol"], self._expire),
            ("certificate revoked", 2, ["node", "hatohol"], self._revoke),
            ("store moved away", 2, ["server"], self._move_store),
            ("clock stepped", 3, [f"clock of {name}" for name in self.system.CLOCKS], self._step_clock),
        ]
        if self.system.disks:
            table.append(("disk full below the spool", 3, ["spool disk"], self._fill_spool))
            table.append(("disk full below the store", 3, ["store disk"], self._fill_store))
        return table

    def add(self, kinds):
        """Takes up further faults."""
        for kind in kinds:
            self.table += kind.rows()

    def keep(self, only, without):
        """Leaves the faults whose names hold one of the words `only` (None: all), and none of the words `without`."""

        def has(name, words):
            return any(word in name for word in words)

        self.table = [row for row in self.table if (only is None or has(row[0], only)) and not has(row[0], without)]

    # --- choosing

    def say(self, text):
        print(f"{time.monotonic() - self.start:7.1f} s  {text}", flush=True)

    def choose(self):
        """A fault and a target that is not the subject of another one right now."""
        while True:
            name, _, targets, work = self.random.choices(self.table, [row[1] for row in self.table])[0]
            target = self.random.choice(targets)
            seed = self.random.random()
            with self.lock:
                if target not in self.busy:
                    self.busy.add(target)
                    return name, target, work, seed
            time.sleep(0.05)

    def one(self):
        """Begins one fault; returns the thread that sees it through."""
        name, target, work, seed = self.choose()

        def run():
            try:
                detail = work(target, type(self.random)(seed))
                if detail is None:
                    self.skipped[name] = self.skipped.get(name, 0) + 1
                    self.say(f"{name}: {target}: skipped, its condition did not come")
                else:
                    self.counts[name] = self.counts.get(name, 0) + 1
                    self.say(f"{name}: {target}: {detail}")
            except (Exception, SystemExit) as error:  # what could not be done or undone makes the run worthless
                self.broken.append(f"the driver could not do {name} to {target}: {error!r}")
                self.say(self.broken[-1])
            finally:
                with self.lock:
                    self.busy.discard(target)

        thread = threading.Thread(target=run, name=name)
        thread.start()
        return thread

    # --- programs

    def _kill(self, target, random):
        program = self.system.programs[target]
        with program.lock:
            program.down(signal.SIGKILL)
            if target == "child":
                self.system.bereaved.add(len(self.system.child_starts()))
            away = random.choice([0, random.random(), 3 * random.random()])
        time.sleep(away)
        program.up()
        return f"away for {away:.1f} s"

    def _restart(self, target, random):
        program = self.system.programs[target]
        if not self.wait(lambda: program.catches(signal.SIGTERM), 30):
            return None
        begin = time.monotonic()
        status = program.down(signal.SIGTERM)
        if status != 0:
            program.ended.append(f"SIGTERM: {status}")
        program.up()
        return f"ended after {time.monotonic() - begin:.1f} s with status {status}"

    def _pause(self, target, random):
        program = self.system.programs[target]
        seconds = random.choice([0.3, 2, 6]) * (0.5 + random.random())
        with program.lock:
            program.send(signal.SIGSTOP)
            time.sleep(seconds)
            program.send(signal.SIGCONT)
        return f"{seconds:.1f} s"

    def _end_child(self, _, random):
        try:
            pid = int(self.system.child_starts()[-1][0])
            os.kill(pid, signal.SIGUSR1)
        except (IndexError, ProcessLookupError):
            return None
        return "ended between two lines"

    # --- broker and links

    def _kill_broker(self, _, random):
        self.system.kill_broker()
        time.sleep(random.random())
        self.system.restart_broker(keep=True)
        return "SIGKILL, started again"

    def _lose_queues(self, _, random):
        self.system.kill_broker()
        self.system.restart_broker(keep=False)
        return "SIGKILL, data deleted, started again"

    def _pause_broker(self, _, random):
        seconds = random.choice([0.5, 3, 12]) * (0.5 + random.random())
        self.system.signal_broker(signal.SIGSTOP)
        time.sleep(seconds)
        self.system.signal_broker(signal.SIGCONT)
        return f"{seconds:.1f} s"

    def _reset(self, target, random):
        times = random.choice([1, 1, 1, 5])
        for _ in range(times):
            self.system.proxies[target].reset()
            time.sleep(random.random() * 0.5)
        return f"{times} times"

    def _blackhole(self, target, random):
        proxy = self.system.proxies[target]
        seconds = random.choice([0.5, 3, 25]) * (0.5 + random.random())
        proxy.freeze()
        time.sleep(seconds)
        cut = random.random() < 0.5
        if cut:
            proxy.reset()
        proxy.thaw()
        return f"{seconds:.1f} s, then {'reset' if cut else 'flowing on'}"

    def _slow(self, target, random):
        proxy = self.system.proxies[target]
        rate = random.choice([8192, 65536])
        seconds = 2 + 6 * random.random()
        proxy.slow(rate)
        time.sleep(seconds)
        proxy.slow(None)
        return f"{rate} bytes/s for {seconds:.1f} s"

    def _lengthen(self, target, random):
        proxy = self.system.proxies[target]
        delay, seconds = random.choice([0.03, 0.15, 0.6]), 2 + 10 * random.random()
        proxy.lengthen(delay)
        time.sleep(seconds)
        proxy.lengthen(0)
        return f"{delay} s each way, for {seconds:.1f} s"

    # --- files

    def _rotate(self, target, random):
        """The pattern of `often` matches its rotated files too: storms. That of `once` does not: only what was seen rotates."""
        writer = self.writers[target]
        if target == "often":
            times = random.choice([1, 2, 6])
            for _ in range(times):
                with writer.quiet:
                    writer.rotate()
                time.sleep(random.choice([0, 0.05, 0.3]))
            return f"renamed and created {times} times"
        if not self.wait(lambda: writer.written >= writer.first and self.progress.has(target, writer.first), 20):
            return None
        with writer.quiet:
            writer.rotate()
        return "renamed and created"

    def _truncate(self, target, random):
        """Only when everything was read, which the store shows: copytruncate loses the rest by its nature."""
        writer = self.writers[target]
        with writer.quiet:
            if not self.wait(lambda: self.progress.has_all(target, writer.written), 8):
                return None
            writer.truncate()
        return f"after line {writer.written}"

    def _copy(self, target, random):
        writer = self.writers[target]
        times = random.choice([1, 1, 3])
        for _ in range(times):
            with writer.quiet:
                writer.rotate()
            time.sleep(random.choice([0, 0.3]))
        return f"copied and truncated {times} times, last after line {writer.written}"

    def _compress(self, target, random):
        """At once or with the next rotation, as with logrotate's `delaycompress`; the program goes on writing meanwhile."""
        writer = self.writers[target]
        times, delay = random.choice([1, 2, 6]), random.choice([0, 1])
        for _ in range(times):
            with writer.quiet:
                writer.rotate()
            writer.compress(1 + delay)
            time.sleep(random.choice([0, 0.05, 0.3]))
        return f"renamed, created and compressed {times} times" + ", each with the next" * delay

    def wait(self, condition, seconds):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    # --- disks and certificates

    def _fill_spool(self, _, random):
        return self._fill(self.system.directory / "state-files", random)

    def _fill_store(self, _, random):
        return self._fill(self.system.data, random)

    def _fill(self, place, random):
        ballast = place / "ballast"
        seconds = random.choice([1, 4, 10]) * (0.5 + random.random())
        end = time.monotonic() + seconds
        refused = 0
        with open(ballast, "wb", buffering=0) as file:
            while time.monotonic() < end:
                for size in (1 << 20, 1 << 12):
                    try:
                        while file.write(bytes(size)):
                            pass
                    except OSError:
                        refused += 1
                time.sleep(0.02)
        taken = ballast.stat().st_size
        ballast.unlink()
        return f"{seconds:.1f} s, {taken >> 20} MiB of ballast"

    def _move_store(self, _, random):
        """The files of the database get other names under the running server, which keeps them open."""
        seconds = random.choice([0.2, 1, 4])
        files = [file for file in self.system.data.iterdir() if file.name.startswith(self.system.database.name)]
        away = self.system.data / "away"
        with self.system.programs["server"].lock:
            away.mkdir()
            for file in files:
                file.rename(away / file.name)
            time.sleep(seconds)
            for file in files:
                (away / file.name).rename(file)
            away.rmdir()
        return f"{len(files)} files, {seconds} s"

    def _step_clock(self, target, random):
        name = target.rpartition(" ")[2]
        step = random.choice([-86400, -3600, -120, -3, 3, 120, 3600, 86400])
        self.system.step_clock(name, step)
        self.system.stepped.add(name)
        time.sleep(1 + 8 * random.random())
        self.system.step_clock(name, 0)
        return f"{step:+d} s, and back"

    def _expire(self, target, random):
        self.system.expire_certificate(target)
        return self._without(target, random)

    def _revoke(self, target, random):
        self.system.revoke_certificate(target)
        return self._without(target, random)

    def _without(self, target, random):
        """The certificate is worth nothing for a while, and nobody gets in; then there is a new one."""
        programs = self.system.AGENTS if target == "node" else ["server"]
        for name in programs:
            self.system.programs[name].reload()
            self.system.proxies[name].reset()
        seconds = random.choice([1, 5]) * (0.5 + random.random())
        time.sleep(seconds)
        return f"{seconds:.1f} s; {self._certificate(target, random)}"

    def _certificate(self, target, random):
        self.system.replace_certificate(target)
        if target == "node":
            reloaded = sum([self.system.programs[name].reload() for name in self.system.AGENTS])
            return f"new key and certificate, SIGHUP to {reloaded} agents"
        if target == "hatohol":
            reloaded = self.system.programs["server"].reload()
            self.system.proxies["server"].reset()
            return f"new key and certificate, {'SIGHUP and ' if reloaded else ''}connection reset"
        for proxy in self.system.proxies.values():
            proxy.reset()
        return "new key and certificate, connections reset"


def views(system):
    """The two ways to look at the store."""
    database = system.database
    return {
        "export": oracle.exported(system.cli("events", "export", "--format", "jsonl")),
        "sqlite3": oracle.stored(database),
    }
