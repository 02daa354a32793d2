"""What counts as a standstill in a run of faults, and what as a word about it."""

import pathlib
import sys
import threading
from types import SimpleNamespace

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parent))

import silence  # noqa: E402

BEGIN = 1000.0


class Site:
    """One agent that has a source with five lines, three of which are in the store."""

    def __init__(self, directory, monkeypatch, started=0.0):
        self.now, self.stored, self.problem = BEGIN, 3, None
        self.directory = directory
        for name in ("agent", "server"):
            self.log_of(name).write_text("time warning of before\n")
        process = SimpleNamespace(child=SimpleNamespace(poll=lambda: None), pid=1)
        self.programs = {"agent": SimpleNamespace(lock=threading.Lock(), process=process)}
        clock = SimpleNamespace(monotonic=lambda: self.now, time=lambda: self.now)
        monkeypatch.setattr(silence, "time", clock)
        monkeypatch.setattr(silence.Silence, "_start", lambda *_: started)
        self.watch = silence.Silence(self, {"source": SimpleNamespace(written=5)}, {"agent": ["source"]}, None)

    def log_of(self, name):
        return self.directory / name

    def status(self, _):
        return {"problem": self.problem}

    def say(self, name, line):
        with open(self.log_of(name), "a") as log:
            log.write(line + "\n")

    def wait(self, seconds):
        """Looks every half second, as the thread does."""
        for _ in range(2 * seconds):
            self.watch._look("agent", "source", self.stored)
            self.now += 0.5


def test_a_standstill_of_which_nobody_speaks_is_found_once(tmp_path, monkeypatch):
    site = Site(tmp_path, monkeypatch)
    site.say("agent", "time info a word that is no warning")
    site.wait(silence.STILL + silence.GRACE)
    assert site.watch.silent == []
    site.wait(60)
    assert len(site.watch.silent) == 1 and "source stood still" in site.watch.silent[0]
    assert site.watch.spoken == 0


@pytest.mark.parametrize("speaker", ["agent", "server", "status"])
def test_a_word_of_any_of_them_is_enough(tmp_path, monkeypatch, speaker):
    site = Site(tmp_path, monkeypatch)
    site.wait(silence.STILL)
    if speaker == "status":
        site.problem = "no broker"
    else:
        site.say(speaker, "time warning no broker")
    site.wait(60)
    assert site.watch.silent == [] and site.watch.spoken == 1


def test_what_moves_or_is_in_the_store_does_not_stand_still(tmp_path, monkeypatch):
    site = Site(tmp_path, monkeypatch)
    for site.stored in (3, 4, 5):
        site.wait(silence.STILL + 1)
    site.wait(60)
    assert site.watch.silent == [] and site.watch.spoken == 0


def test_an_agent_that_was_just_started_is_left_alone(tmp_path, monkeypatch):
    site = Site(tmp_path, monkeypatch, started=BEGIN)
    site.wait(silence.STILL)
    assert not site.watch.stalls["source"][0] < BEGIN + silence.STILL - 1
    site.wait(silence.STILL + silence.GRACE)
    assert site.watch.silent == []
    site.wait(5)
    assert len(site.watch.silent) == 1
